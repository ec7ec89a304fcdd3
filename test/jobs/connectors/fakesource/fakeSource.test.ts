import { describe, expect, test } from 'bun:test'
import { CONNECTORS, type Split } from '../../../../jobs/connectors/index.ts'
import { fakeSource } from '../../../../jobs/connectors/fakesource/index.ts'
import {
  Decimal,
  rowAt,
  Timestamp,
  type Batch,
  type Value,
} from '../../../../runtime/rows/index.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { testContext, type TestContextOptions } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

const optionsOf = (text: string) => writtenOptions(fakeSource.options, text)

/** All batches of one reader, split by split. */
const readAll = async (text: string, settings: TestContextOptions = {}): Promise<Batch[]> => {
  const options = await optionsOf(text)
  const context = testContext(settings)
  const tables = await fakeSource.discoverTables(options, context)
  const enumerator = fakeSource.createEnumerator(options, tables, context)
  const reader = fakeSource.createReader(options, tables, context)
  await enumerator.open()
  await reader.open()
  const batches: Batch[] = []
  for (;;) {
    const split = await enumerator.next(context.instance)
    if (split === null || split === undefined) break
    await reader.startSplit(split)
    for (let answer = await reader.read(); answer !== 'splitDone'; answer = await reader.read()) {
      if (answer !== 'idle') batches.push(answer)
    }
  }
  return batches
}

const readRows = async (text: string, settings?: TestContextOptions): Promise<Value[][]> =>
  (await readAll(text, settings)).flatMap((batch) =>
    Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)),
  )

/** The values of the only column. */
const readColumn = async (type: string, more = ''): Promise<Value[]> =>
  (await readRows(`schema { fields { a = "${type}" } }, row.num = 500, ${more}`)).map(
    ([value]) => value!,
  )

const failure = async (text: string): Promise<string> => {
  try {
    await readAll(text)
    return 'no failure'
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
}

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

describe('ranges', () => {
  const within = (values: readonly Value[], minimum: number, maximum: number): void => {
    for (const value of values) {
      expect(Number(value)).toBeGreaterThanOrEqual(minimum)
      expect(Number(value)).toBeLessThanOrEqual(maximum)
    }
    expect(new Set(values).size).toBeGreaterThan(1)
  }

  test('numbers are within their bounds and not all the same', async () => {
    within(await readColumn('tinyint'), 0, 127)
    within(await readColumn('smallint', 'smallint.min = 1000, smallint.max = 1003'), 1000, 1002)
    within(await readColumn('int', 'int.min = -5, int.max = 5'), -5, 4)
    within(await readColumn('bigint', 'bigint.min = -10, bigint.max = 1000'), -10, 999)
    within(await readColumn('float', 'float.min = 1.5, float.max = 2.5'), 1.5, 2.5)
    within(await readColumn('double', 'double.min = -1, double.max = 1'), -1, 1)
  })

  test('a range of one value yields it', async () => {
    expect(new Set(await readColumn('int', 'int.min = 7, int.max = 7'))).toEqual(new Set([7]))
    expect(new Set(await readColumn('bigint', 'bigint.min = 7, bigint.max = 7'))).toEqual(
      new Set([7n]),
    )
  })

  test('a bigint has its 63 bits, also between bounds beyond 2^53', async () => {
    const all = (await readColumn('bigint')) as bigint[]
    expect(all.every((value) => value >= 0n)).toBeTrue()
    expect(all.some((value) => value > 2n ** 62n)).toBeTrue()
    const some = (await readColumn(
      'bigint',
      'bigint.min = 9007199254740993, bigint.max = 9007199254740995',
    )) as bigint[]
    expect(new Set(some)).toEqual(new Set([9007199254740993n, 9007199254740994n]))
  })

  test('the widest ranges stay finite and reach far', async () => {
    const doubles = (await readColumn('double')) as number[]
    expect(doubles.every((value) => Number.isFinite(value) && value >= 0)).toBeTrue()
    expect(Math.max(...doubles)).toBeGreaterThan(1e308)
    const floats = (await readColumn('float')) as number[]
    expect(floats.every((value) => Math.fround(value) === value)).toBeTrue()
  })

  test('bounds in the wrong order or beyond the type are refused', async () => {
    const schema = 'schema { fields { a = int } }'
    expect(await failure(`${schema}, int.min = 5, int.max = 4`)).toContain(
      'CFG-005 FakeSource: int.min 5 is above int.max 4',
    )
    expect(await failure(`${schema}, tinyint.max = 128`)).toContain('128 is not a tinyint')
    expect(await failure(`${schema}, bigint.max = 9223372036854775808`)).toContain('bigint.max')
    expect(await failure(`${schema}, smallint.template = [1, 40000]`)).toContain('40000')
  })
})

describe('templates', () => {
  const pickedOf = async (type: string, more: string): Promise<Set<Value>> =>
    new Set(await readColumn(type, more))

  test('values are picked from the template, with or without the mode', async () => {
    expect(
      await pickedOf('string', 'string.template = [x, y], string.fake.mode = template'),
    ).toEqual(new Set(['x', 'y']))
    expect(await pickedOf('tinyint', 'tinyint.template = [1, 2]')).toEqual(new Set([1, 2]))
    expect(await pickedOf('int', 'int.template = [20, 21]')).toEqual(new Set([20, 21]))
    expect(await pickedOf('bigint', 'bigint.template = [9007199254740993, 2]')).toEqual(
      new Set([9007199254740993n, 2n]),
    )
    expect(await pickedOf('float', 'float.template = [40.1]')).toEqual(new Set([Math.fround(40.1)]))
    expect(await pickedOf('double', 'double.template = [44.0, 45.5]')).toEqual(new Set([44, 45.5]))
  })

  test('the mode TEMPLATE needs one', async () => {
    expect(await failure('schema { fields { a = int } }, int.fake.mode = TEMPLATE')).toContain(
      'CFG-003 FakeSource: int.fake.mode is TEMPLATE, so int.template must list',
    )
  })
})

describe('other types', () => {
  test('lengths and sizes are as said', async () => {
    const strings = (await readColumn('string', 'string.length = 9')) as string[]
    expect(strings.every((value) => /^[a-zA-Z]{9}$/.test(value))).toBeTrue()
    expect(((await readColumn('bytes', 'bytes.length = 3'))[0] as Uint8Array).length).toBe(3)
    expect((await readColumn('array<string>', 'array.size = 4'))[0] as Value[]).toHaveLength(4)
    const maps = (await readColumn('map<string, double>', 'map.size = 6')) as Map<Value, Value>[]
    expect(maps[0]!.size).toBe(6)
    expect((await readColumn('string', 'string.length = 0'))[0]).toBe('')
  })

  test('a columnLength goes before string.length, a columnScale rounds', async () => {
    const [row] = await readRows(`row.num = 1, double.max = 10, schema { columns = [
      { name = a, type = string, columnLength = 12 }
      { name = b, type = double, columnScale = 2 }
    ] }`)
    expect(row![0]).toHaveLength(12)
    expect(Math.round(Number(row![1]) * 100) / 100).toBe(Number(row![1]))
  })

  test('decimals have all their digits', async () => {
    const values = (await readColumn('decimal(38, 18)')) as Decimal[]
    expect(values.every((value) => value.scale === 18 && value.unscaled < 10n ** 38n)).toBeTrue()
    expect(values.some((value) => value.unscaled > 10n ** 37n)).toBeTrue()
  })

  test('dates and times follow their templates', async () => {
    const parts = `date.year.template = [2023], date.month.template = [2], date.day.template = [28],
      time.hour.template = [13], time.minute.template = [14], time.second.template = [15]`
    const days = Date.UTC(2023, 1, 28) / 86_400_000
    const second = 13 * 3600 + 14 * 60 + 15
    expect(await readColumn('date', parts)).toContain(days)
    expect(await readColumn('time', parts)).toContain(second * 1e9)
    expect((await readColumn('timestamp', parts))[0]).toEqual(
      new Timestamp(days * 86_400 + second, 0),
    )
    expect((await readColumn('timestamp_tz', parts))[0]).toEqual(
      new Timestamp(days * 86_400 + second, 0, 0),
    )
    const year = new Date().getFullYear()
    for (const day of (await readColumn('date')) as number[]) {
      expect(new Date(day * 86_400_000).getUTCFullYear()).toBe(year)
    }
  })

  test('a day that a month lacks is refused', async () => {
    const text = 'schema { fields { a = date } }, date.day.template = [31]'
    expect(await failure(text)).toContain('date.day.template has 31, which month 2 of')
    expect(await failure(`${text}, date.month.template = [1, 3]`)).toBe('no failure')
    expect(await failure('schema { fields { a = date } }, time.hour.template = [24]')).toContain(
      'time.hour.template has 24; give numbers from 0 to 23',
    )
  })

  test('vectors have their dimension', async () => {
    const dense = (await readColumn('float_vector', 'vector.dimension = 3')) as Float32Array[]
    expect(dense[0]).toHaveLength(3)
    const range = 'vector.float.min = 0, vector.float.max = 1'
    const narrow = (await readColumn('float_vector', range)) as Float32Array[]
    expect(narrow.every((vector) => vector.every((item) => item >= 0 && item <= 1))).toBeTrue()
    const bits = (await readColumn('binary_vector', 'binary.vector.dimension = 16')) as Uint8Array[]
    expect(bits[0]).toHaveLength(2)
    expect((await readColumn('bfloat16_vector'))[0] as Uint16Array).toHaveLength(4)
    expect(((await readColumn('sparse_float_vector'))[0] as Map<number, number>).size).toBe(4)
    expect(await failure('schema { fields { a = int } }, binary.vector.dimension = 9')).toContain(
      'binary.vector.dimension is 9',
    )
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
