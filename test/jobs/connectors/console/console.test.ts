import { describe, expect, test } from 'bun:test'
import { consoleSink } from '../../../../jobs/connectors/console/index.ts'
import {
  batchOfRows,
  column,
  parseType,
  valueFromJson,
  type TableSchema,
} from '../../../../runtime/rows/index.ts'
import type { JsonValue } from '../../../../runtime/config/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { testContext, type TestContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

const people: TableSchema = {
  path: 'db.people',
  catalog: 'test',
  columns: [column('id', { kind: 'bigint' }), column('name', { kind: 'string' })],
}
const batch = batchOfRows(
  people,
  [
    [1n, 'Ann'],
    [2n, null],
  ],
  [0, 3],
)

const open = async (text: string, context: TestContext, table = people) => {
  const options = await writtenOptions(consoleSink.options, text)
  const writer = consoleSink.createWriter(options, [table], context)
  await writer.open([])
  return writer
}

sinkContract('Console', async () => ({
  connector: consoleSink,
  options: await writtenOptions(consoleSink.options, ''),
  tables: [people],
  batches: [batchOfRows(people, [[1n, '"a"']]), batchOfRows(people, [[2n, '"b"']])],
  visibleRows: (context) =>
    Promise.resolve(
      context.printed.flatMap((line) => {
        const row = /tableId=(\S+) SeaTunnelRow#kind=INSERT : (.*)$/.exec(line)
        return row === null
          ? []
          : [`${row[1]} +I ${row[2]!.replace(', ', ' ').replace(/"(.*)"/, '"\\"$1\\""')}`]
      }),
    ),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

test('prints the columns, then a numbered line for each row', async () => {
  const context = testContext({ instance: 2 })
  const writer = await open('', context)
  await writer.write(batch)
  await writer.write(batch)
  const line = (index: number, rest: string): string =>
    `subtaskIndex=2  rowIndex=${index}:  SeaTunnelRow#tableId=db.people SeaTunnelRow#kind=${rest}`
  expect(context.printed).toEqual([
    'output rowType: id<BIGINT>, name<STRING>',
    line(1, 'INSERT : 1, Ann'),
    line(2, 'DELETE : 2, '),
    line(3, 'INSERT : 1, Ann'),
    line(4, 'DELETE : 2, '),
  ])
})

test('log.print.data = false prints no rows', async () => {
  const context = testContext()
  await (await open('log.print.data = false', context)).write(batch)
  expect(context.printed).toEqual(['output rowType: id<BIGINT>, name<STRING>'])
})

test('log.print.delay.ms waits after each row, and no longer than the job', async () => {
  const context = testContext()
  const writer = await open('log.print.delay.ms = 100000', context)
  const writing = writer.write(batch)
  expect(context.printed).toHaveLength(2)
  context.cancel()
  await writing
  expect(context.printed).toHaveLength(2)
})

test('a short delay loses no row', async () => {
  const context = testContext()
  await (await open('log.print.delay.ms = 1', context)).write(batch)
  expect(context.printed).toHaveLength(3)
})

describe('values', () => {
  test.each<[JsonValue, JsonValue, string]>([
    ['double', 1, '1.0'],
    ['float', 3.1, '3.1'],
    ['decimal(10, 2)', '1.50', '1.50'],
    ['boolean', true, 'true'],
    ['date', '2024-01-26', '2024-01-26'],
    ['timestamp', '2024-01-26T12:34:56.5', '2024-01-26T12:34:56.5'],
    ['bytes', '/wB/', '[-1, 0, 127]'],
    ['array<string>', ['a', null], '[a, null]'],
    ['map<string, int>', { k: 1 }, '{"k":1}'],
    [{ a: 'int', b: { c: 'string', d: 'array<int>' } }, [1, [null, [2, 3]]], '[1, [null, [2, 3]]]'],
    ['string', null, ''],
  ])('%j %j', async (type, value, text) => {
    const table = { ...people, columns: [column('c', parseType(type))] }
    const context = testContext()
    const writer = await open('', context, table)
    await writer.write(batchOfRows(table, [[valueFromJson(parseType(type), value)]]))
    expect(context.printed[1]).toEndWith(` : ${text}`)
  })

  test('types are written as SeaTunnel writes them', async () => {
    const types = ['decimal(30, 8)', 'array<int>', 'map<date, string>', '{a = int, b = string}']
    const columns = types.map((type, index) => column(`c${index}`, parseType(type)))
    const context = testContext()
    await open('', context, { ...people, columns })
    expect(context.printed[0]).toBe(
      'output rowType: c0<Decimal(30, 8)>, c1<ARRAY<INT>>, c2<Map<DATE, STRING>>, ' +
        'c3<ROW<a INT,b STRING>>',
    )
  })
})
