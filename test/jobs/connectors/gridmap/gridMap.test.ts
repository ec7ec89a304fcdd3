import { afterAll, expect, test } from 'bun:test'
import { gridMapSink, gridMapSource } from '../../../../jobs/connectors/gridmap/index.ts'
import { ReadSignal, type SourceReader } from '../../../../jobs/connectors/index.ts'
import { DEFAULT_CLIENT } from '../../../../members/grid/client/index.ts'
import { DEFAULT_GRID, openMemberGrid } from '../../../../members/grid/index.ts'
import { startMember } from '../../../../members/member/index.ts'
import { DEFAULT_MEMBER_SETTINGS } from '../../../../members/settings.ts'
import { createRealHost } from '../../../../runtime/host/index.ts'
import {
  batchOfRows,
  column,
  RowKind,
  rowAt,
  type TableSchema,
} from '../../../../runtime/rows/index.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { testContext } from '../../../contract/testContext.ts'

const host = createRealHost()
const { network, join } = DEFAULT_MEMBER_SETTINGS
const member = await startMember(host, {
  ...DEFAULT_MEMBER_SETTINGS,
  clusterName: 'maps',
  network: { ...network, port: 0 },
  join: { ...join, multicast: { ...join.multicast, enabled: false } },
})
const journal = { enabled: true, capacity: 10_000, timeToLiveSeconds: 0 }
const grid = openMemberGrid({
  host,
  member,
  clusterName: 'maps',
  settings: { ...DEFAULT_GRID, maps: { 'changes*': { eventJournal: journal } } },
  leave: () => member.leave(),
})
const { address } = member.self
const context = {
  grid: {
    ...DEFAULT_CLIENT,
    clusterName: 'maps',
    members: [`${address.host}:${address.port}`],
  },
}

afterAll(() => grid.close())

const common = { cluster_name: 'maps', cluster_members: undefined, cluster_secret: undefined }
const sourceOptions = (map: string, read: 'entries' | 'journal', schema?: object) => ({
  ...common,
  map,
  read,
  start: 'oldest',
  schema,
})

const NAMED = { fields: { key: 'string', n: 'int' } }

sourceContract('GridMap', async () => {
  const map = grid.map<string, { n: number }>('contract')
  const entries = Array.from({ length: 60 }, (_, n) => [`k${n}`, { n }] as const)
  await map.setAll(new Map(entries))
  const options = sourceOptions('contract', 'entries', NAMED)
  const table = gridMapSource.declaredTables(options as never)![0]!
  const batch = batchOfRows(
    table,
    entries.map(([key, { n }]) => [key, n]),
  )
  const rows = rowTexts(batch)
  return {
    connector: gridMapSource,
    options: options as never,
    context,
    rowCount: 60,
    rows,
    [Symbol.asyncDispose]: () => map.clear(),
  }
})

const TABLE: TableSchema = {
  path: 't',
  catalog: 'test',
  columns: [
    column('id', { kind: 'bigint' }),
    column('name', { kind: 'string' }),
    column('at', { kind: 'timestamp' }),
  ],
}

const sinkOptions = (map: string, keyColumns?: string[]) =>
  ({ ...common, map, key_columns: keyColumns }) as never

test('a row is an entry under its key, a deleted one removes it', async () => {
  const writer = gridMapSink.createWriter(
    sinkOptions('rows', ['id']),
    [TABLE],
    testContext(context),
  )
  await writer.open([])
  await writer.write(
    batchOfRows(TABLE, [
      [1n, 'a', null],
      [2n, 'b', null],
      [3n, 'c', null],
    ]),
  )
  const { insert, updateBefore, updateAfter } = RowKind
  await writer.write(
    batchOfRows(
      TABLE,
      [
        [1n, 'a', null],
        [2n, 'b', null],
        [2n, 'B', null],
        [4n, 'd', null],
      ],
      [RowKind.delete, updateBefore, updateAfter, insert],
    ),
  )
  await writer.close()
  const entries = await grid.map<bigint, object>('rows').entrySet()
  expect(entries.sort(([left], [right]) => Number(left - right))).toEqual([
    [2n, { name: 'B', at: null }],
    [3n, { name: 'c', at: null }],
    [4n, { name: 'd', at: null }],
  ])
})

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )

test('a table without a key is refused with what to name', async () => {
  const writer = gridMapSink.createWriter(sinkOptions('none'), [TABLE], testContext(context))
  await writer.open([])
  const written = Promise.resolve().then(() => writer.write(batchOfRows(TABLE, [[1n, 'a', null]])))
  expect(await failureOf(written)).toMatchObject({ code: 'CON-004' })
  await writer.close()
})

test('a job that runs in no cluster must name one', async () => {
  const options = sourceOptions('m', 'entries') as never
  const reader = gridMapSource.createReader(options, [], testContext())
  expect(await failureOf(reader.open())).toMatchObject({ code: 'CON-003' })
})

/** Reads until `count` changes came. */
const changes = async (reader: SourceReader, count: number): Promise<unknown[]> => {
  const rows: unknown[] = []
  while (rows.length < count) {
    const batch = await reader.read()
    if (batch === ReadSignal.idle || batch === ReadSignal.splitDone) continue
    for (let row = 0; row < batch.rowCount; row += 1) {
      rows.push([...rowAt(batch, row), batch.kinds?.[row] ?? 0])
    }
  }
  return rows
}

test('the journal is read on from where a reader was, also by other readers', async () => {
  const map = grid.map<string, number>('changes')
  const options = sourceOptions('changes', 'journal') as never
  const of = (parallelism: number, instance: number) =>
    testContext({ ...context, parallelism, instance })
  await map.set('a', 1)
  await map.set('a', 2)
  const tables = gridMapSource.declaredTables(options)!
  const first = gridMapSource.createEnumerator(options, tables, of(1, 0))
  await first.open()
  const reader = gridMapSource.createReader(options, tables, of(1, 0))
  await reader.open()
  await reader.startSplit((await first.next(0))!)
  expect(await changes(reader, 2)).toEqual([
    ['a', 1, RowKind.insert],
    ['a', 2, RowKind.updateAfter],
  ])
  const saved = reader.snapshot()!
  await reader.close()
  await map.delete('a')
  await map.set('b', 3)
  const second = gridMapSource.createEnumerator(options, tables, of(2, 0))
  await second.open()
  second.giveBack([saved])
  const found: unknown[] = []
  for (const instance of [0, 1]) {
    const next = gridMapSource.createReader(options, tables, of(2, instance))
    await next.open()
    await next.startSplit((await second.next(instance))!)
    for (let looked = 0; looked < 3; looked += 1) {
      const batch = await next.read()
      if (typeof batch !== 'object') continue
      for (let row = 0; row < batch.rowCount; row += 1) {
        found.push([...rowAt(batch, row), batch.kinds?.[row] ?? 0])
      }
    }
    await next.close()
  }
  expect(found).toHaveLength(2)
  expect(found).toContainEqual(['a', null, RowKind.delete])
  expect(found).toContainEqual(['b', 3, RowKind.insert])
})
