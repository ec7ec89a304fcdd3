import { describe, expect, test } from 'bun:test'
import { CONNECTORS, type Split } from '../../../../jobs/connectors/index.ts'
import { fakeSource } from '../../../../jobs/connectors/fakesource/index.ts'
import { Timestamp, type Value } from '../../../../runtime/rows/index.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { testContext } from '../../../contract/testContext.ts'
import { failure, optionsOf, readColumn, readRows } from './reading.ts'

sourceContract('FakeSource with random rows', async () => ({
  connector: fakeSource,
  options: await optionsOf(`
    row.num = 2500
    split.num = 2
    auto.increment.enabled = true
    schema {
      table = db.everything
      primaryKey { name = id, columnNames = [id] }
      fields {
        id = bigint, s = string, b = boolean, i = int, l = bigint, f = float, d = double
        amount = "decimal(38, 18)", day = date, at = timestamp, zoned = timestamp_tz, t = time
        bytes = bytes, list = "array<int>", nested = { x = "map<string, int>", y = tinyint }
        dense = float_vector, half = float16_vector, sparse = sparse_float_vector
      }
    }`),
  context: { parallelism: 2 },
  rowCount: 5000,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

sourceContract('FakeSource with given rows', async () => ({
  connector: fakeSource,
  options: await optionsOf(`
    schema { table = t, fields { id = int, name = string } }
    rows = [
      { fields = [1, a] }, { kind = UPDATE_BEFORE, fields = [1, a] },
      { kind = "+U", fields = { name = b, id = 1 } }, { kind = delete, fields = [1] }
    ]`),
  rowCount: 4,
  rows: ['t +I 1 "a"', 't -U 1 "a"', 't +U 1 "b"', 't -D 1 null'],
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

sourceContract('FakeSource with several tables', async () => ({
  connector: fakeSource,
  options: await optionsOf(`tables_configs = [
    { row.num = 3, schema { table = a.one, fields { x = int } } }
    { row.num = 1100, schema { table = a.two, fields { y = string, z = int } } }
    { row.num = 0, schema { table = a.none, fields { y = string } } }
  ]`),
  rowCount: 1103,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

test('is found by its name', async () => {
  expect(await CONNECTORS.get('fakesource')?.source?.()).toBe(fakeSource)
})

describe('how many rows', () => {
  test('five when nothing is said', async () => {
    expect((await readRows('schema { fields { a = int } }')).length).toBe(5)
  })

  test('row.num for each reader, in split.num splits of at most the ceiling', async () => {
    const options = await optionsOf('schema { fields { a = int } }, row.num = 10, split.num = 4')
    const context = testContext({ parallelism: 2 })
    const tables = await fakeSource.discoverTables(options, context)
    const enumerator = fakeSource.createEnumerator(options, tables, context)
    await enumerator.open()
    for (const reader of [0, 1]) {
      const counts: unknown[] = []
      for (
        let split = await enumerator.next(reader);
        split;
        split = await enumerator.next(reader)
      ) {
        counts.push(split['rowCount'])
      }
      expect(counts).toEqual([3, 3, 3, 1])
    }
    expect(enumerator.splitCount).toBe(8)
  })

  test('given rows once for each split and reader', async () => {
    const rows = await readRows(
      'schema { fields { a = int } }, rows = [{ fields = [7] }], row.num = 4, split.num = 2',
    )
    expect(rows).toEqual([[7], [7]])
  })

  test('a streaming job reads all splits once and then waits', async () => {
    const options = await optionsOf('schema { fields { a = int } }')
    const context = testContext({ jobMode: 'STREAMING' })
    const tables = await fakeSource.discoverTables(options, context)
    const enumerator = fakeSource.createEnumerator(options, tables, context)
    await enumerator.open()
    expect(fakeSource.bounded(options, 'STREAMING')).toBeFalse()
    expect(await enumerator.next(0)).toBeTruthy()
    expect(await enumerator.next(0)).toBeUndefined()
  })
})

describe('the table', () => {
  const pathOf = async (text: string, output: string | null): Promise<string | undefined> => {
    const options = await optionsOf(text)
    const [table] = await fakeSource.discoverTables(options, testContext({ output }))
    expect(fakeSource.declaredTables(options, output)?.[0]).toEqual(table!)
    expect(table!.catalog).toBe('FakeSource')
    return table?.path
  }

  test('is called as its schema says, else as the output, else fake', async () => {
    expect(await pathOf('schema { table = "db.t", fields { a = int } }', 'out')).toBe('db.t')
    expect(await pathOf('schema { fields { a = int } }', 'out')).toBe('out')
    expect(await pathOf('schema { fields { a = int } }', null)).toBe('fake')
  })

  test('two of one name are refused', async () => {
    const table = '{ schema { table = a.b, fields { x = int } } }'
    expect(await failure(`tables_configs = [${table}, ${table}]`)).toContain(
      'CFG-005 FakeSource: two of tables_configs are called a.b',
    )
  })

  test('a schema is needed', async () => {
    expect(await failure('row.num = 1')).toContain('CFG-003 FakeSource: schema is missing')
  })
})

describe('auto increment', () => {
  test('numbers the primary key through all splits and readers, and nothing else', async () => {
    const ids: Value[] = []
    for (const instance of [0, 1]) {
      const rows = await readRows(
        `row.num = 1500, split.num = 2, auto.increment.enabled = true, auto.increment.start = 100
         schema { primaryKey { name = k, columnNames = [id] }, fields { id = bigint, other = bigint } }`,
        { instance, parallelism: 2 },
      )
      ids.push(...rows.map(([id]) => id!))
      expect(rows[0]![1]).not.toBe(rows[0]![0]!)
    }
    expect(ids).toEqual(Array.from({ length: 3000 }, (_, index) => BigInt(100 + index)))
  })
})

describe('given rows', () => {
  test('defaults stand in for random values', async () => {
    const rows = await readRows(`row.num = 2, schema { columns = [
      { name = a, type = int, defaultValue = 7 }
      { name = b, type = string, defaultValue = x }
      { name = c, type = "array<int>", defaultValue = 3 }
      { name = d, type = date, defaultValue = "2024-02-29" }
    ] }, array.size = 2`)
    const day = Date.UTC(2024, 1, 29) / 86_400_000
    expect(rows).toEqual([
      [7, 'x', [3, 3], day],
      [7, 'x', [3, 3], day],
    ])
  })

  test('the present is that of the enumeration, in all its types', async () => {
    const before = Date.now()
    const [row] = await readRows(`schema { fields { a = timestamp_tz, b = date, c = time } }
      rows = [{ fields = [CURRENT_TIMESTAMP, current_date, CURRENT_TIME] }]`)
    const now = row![0] as Timestamp
    expect(now.epochSeconds * 1000).toBeGreaterThanOrEqual(before - 1000)
    const local = new Date(now.epochSeconds * 1000 + now.offsetSeconds! * 1000)
    expect(row![1]).toBe(Math.floor(local.getTime() / 86_400_000))
    expect(Math.floor(Number(row![2]) / 1e9)).toBe(
      local.getUTCHours() * 3600 + local.getUTCMinutes() * 60 + local.getUTCSeconds(),
    )
  })

  test('mistakes name the row and the column', async () => {
    const schema = 'schema { fields { id = int, name = string } }'
    expect(await failure(`${schema}, rows = [{ fields = [1, a] }, { fields = [x, a] }]`)).toContain(
      'ROW-002 FakeSource: row 2 of rows, column id:',
    )
    expect(await failure(`${schema}, rows = [{ fields = [1, a, 2] }]`)).toContain(
      'it has 3 values, but the schema has 2 columns',
    )
    expect(await failure(`${schema}, rows = [{ fields = { nme = a } }]`)).toContain(
      'no column nme; did you mean name?',
    )
    expect(await failure(`${schema}, rows = [{ kind = UPSERT, fields = [1, a] }]`)).toContain(
      'kind UPSERT is none of INSERT',
    )
  })
})

test('mistakes in rows, ranges and defaults are seen before anything runs', async () => {
  const declare = async (text: string) => fakeSource.declaredTables(await optionsOf(text))
  const schema = 'schema { fields { id = int } }'
  expect(declare(`${schema}, rows = [{ fields = [x] }]`)).rejects.toThrow('row 1 of rows')
  expect(declare(`${schema}, int.min = 2, int.max = 1`)).rejects.toThrow('int.min 2 is above')
  expect(
    declare('schema { columns = [{ name = a, type = int, defaultValue = x }] }'),
  ).rejects.toMatchObject({ code: 'ROW-002' })
})

describe('random rows', () => {
  const split = (seed: number): Split => ({
    id: 'x',
    table: 0,
    reader: 0,
    firstRow: 0,
    rowCount: 3000,
    position: 0,
    seed,
    nowMs: 0,
  })

  const textsOf = async (start: Split): Promise<string[]> => {
    const options = await optionsOf('schema { fields { a = int, b = string, c = int } }')
    const context = testContext()
    const tables = await fakeSource.discoverTables(options, context)
    const reader = fakeSource.createReader(options, tables, context)
    await reader.startSplit(start)
    const texts: string[] = []
    for (
      let answer = await reader.read();
      typeof answer !== 'string';
      answer = await reader.read()
    ) {
      texts.push(...rowTexts(answer))
    }
    return texts
  }

  test('follow from the seed of the split, and differ with it', async () => {
    expect(await textsOf(split(1))).toEqual(await textsOf(split(1)))
    expect(await textsOf(split(1))).not.toEqual(await textsOf(split(2)))
  })

  test('columns and batches are not copies of one another', async () => {
    const texts = await textsOf(split(3))
    expect(new Set(texts).size).toBe(3000)
    expect(texts.every((text) => text.split(' ')[2] !== text.split(' ')[4])).toBeTrue()
  })

  test('are spread evenly', async () => {
    const values = (await readColumn('int', 'int.max = 10, row.num = 20000')) as number[]
    const counts = Array.from({ length: 10 }, (_, value) => values.filter((one) => one === value))
    for (const { length } of counts) {
      expect(length).toBeGreaterThan(1700)
      expect(length).toBeLessThan(2300)
    }
  })
})

test('waits for split.read-interval between splits, and no longer than the job', async () => {
  const options = await optionsOf(
    'schema { fields { a = int } }, row.num = 2, split.num = 2, split.read-interval = 100000',
  )
  const context = testContext()
  const tables = await fakeSource.discoverTables(options, context)
  const reader = fakeSource.createReader(options, tables, context)
  const enumerator = fakeSource.createEnumerator(options, tables, context)
  await enumerator.open()
  expect(reader.startSplit((await enumerator.next(0))!)).toBeUndefined()
  const waiting = reader.startSplit((await enumerator.next(0))!)
  expect(waiting).toBeInstanceOf(Promise)
  context.cancel()
  await waiting
})
