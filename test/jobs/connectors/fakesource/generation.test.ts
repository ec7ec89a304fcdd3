import { describe, expect, test } from 'bun:test'
import { Decimal, Timestamp, type Value } from '../../../../runtime/rows/index.ts'
import { failure, readColumn, readRows } from './reading.ts'

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
