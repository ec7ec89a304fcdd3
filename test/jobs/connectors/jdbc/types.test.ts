import { describe, expect, test } from 'bun:test'
import {
  batchOfRows,
  Decimal,
  formatType,
  Timestamp,
  type Column,
  type DataType,
  type TableSchema,
  type Value,
} from '../../../../runtime/rows/index.ts'
import { availableDatabases, openMariadb, openPostgres, openSqlite } from './databases.ts'
import { readAll, writeAll } from './running.ts'

const kinds = await availableDatabases()
const isThere = (name: string): boolean => kinds.some((kind) => kind.name === name)

const nullable = (name: string, type: DataType): Column => ({ name, type, nullable: true })

/** Types that every database keeps, with values at their edges. */
const EDGES: readonly (readonly [string, DataType, readonly Value[]])[] = [
  ['a_boolean', { kind: 'boolean' }, [true, false]],
  ['a_smallint', { kind: 'smallint' }, [-32768, 32767]],
  ['an_int', { kind: 'int' }, [-2147483648, 2147483647]],
  ['a_bigint', { kind: 'bigint' }, [-9223372036854775808n, 9007199254740993n]],
  ['a_float', { kind: 'float' }, [Math.fround(0.1), Math.fround(-3.4e38)]],
  ['a_double', { kind: 'double' }, [0.1, -1.7976931348623157e308]],
  [
    'a_decimal',
    { kind: 'decimal', precision: 38, scale: 18 },
    [new Decimal(12345678901234567890_123456789012345678n, 18), new Decimal(-1n, 18)],
  ],
  ['a_string', { kind: 'string' }, [`tab\t, line\n, quote's "both" \\ é 🌊 {,}`, '']],
  ['some_bytes', { kind: 'bytes' }, [Uint8Array.of(0, 255, 92, 39), new Uint8Array(0)]],
  ['a_date', { kind: 'date' }, [19_723, -141_428]],
  ['a_time', { kind: 'time' }, [86_399_999_999_000, 0]],
  [
    'a_timestamp',
    { kind: 'timestamp' },
    [new Timestamp(1_706_228_096, 123_456_000), new Timestamp(-12_219_292_800, 1000)],
  ],
]

const TABLE: TableSchema = {
  path: 'somewhere.edges',
  catalog: 'test',
  columns: [
    { name: 'id', type: { kind: 'int' }, nullable: false },
    ...EDGES.map(([name, type]) => nullable(name, type)),
  ],
  primaryKey: { name: 'pk', columnNames: ['id'] },
}

const ROWS: readonly Value[][] = [
  [1, ...EDGES.map(([, , values]) => values[0]!)],
  [2, ...EDGES.map(([, , values]) => values[1]!)],
  [3, ...EDGES.map(() => null)],
]

/** Decimals by value: databases keep places as the column has them. */
const comparable = (rows: readonly (readonly Value[])[]): unknown[][] =>
  rows.map((row) =>
    row.map((value) => (value instanceof Uint8Array ? `bytes ${value.toHex()}` : value)),
  )

for (const kind of kinds) {
  describe(`${kind.name} keeps every digit`, () => {
    for (const mode of [
      'enable_upsert = false',
      'enable_upsert = true',
      'is_exactly_once = true',
    ]) {
      test(`with ${mode}`, async () => {
        const database = await kind.open()
        const sink = `database = test, table = edges, ${mode}, schema_save_mode = RECREATE_SCHEMA`
        await writeAll(`${database.options} ${sink}`, [batchOfRows(TABLE, ROWS)])
        const read = await readAll(`${database.options} table_path = "${database.prefix}edges"`)
        expect(comparable(read.rows)).toEqual(comparable(ROWS))
        const types = read.tables[0]!.columns.map(({ name, type }) => `${name} ${formatType(type)}`)
        expect(types).toEqual(TABLE.columns.map(({ name, type }) => `${name} ${formatType(type)}`))
        expect(read.tables[0]!.primaryKey?.columnNames).toEqual(['id'])
      })
    }

    test('with a statement of the user', async () => {
      const database = await kind.open()
      const sink = 'database = test, table = edges, schema_save_mode = RECREATE_SCHEMA'
      await writeAll(`${database.options} ${sink}`, [batchOfRows(TABLE, [])])
      const marks = TABLE.columns.map(() => '?').join(', ')
      const query = `query = "insert into edges values (${marks});"`
      await writeAll(`${database.options} ${query}`, [batchOfRows(TABLE, ROWS)])
      const read = await readAll(`${database.options} query = "select * from edges"`)
      expect(comparable(read.rows)).toEqual(comparable(ROWS))
    })
  })
}

const typesOf = (tables: readonly TableSchema[]): Record<string, string> =>
  Object.fromEntries(tables[0]!.columns.map(({ name, type }) => [name, formatType(type)]))

if (isThere('PostgreSQL')) {
  test('PostgreSQL types of its own', async () => {
    const database = await openPostgres()
    await database.run(`
      DROP TABLE IF EXISTS own;
      CREATE TABLE own (n numeric, j json, b jsonb, u uuid, tz timestamptz, c char(3), v varchar(9),
        ints int[], texts text[], nums numeric(10, 2)[], i interval, m money, ip inet, x xml, r int4range);
      INSERT INTO own VALUES (123456789012345678901234567890.12345, '{"a": 1}', '{"b":[1]}',
        '6f1b2a3c-0000-4000-8000-000000000001', '2024-01-02 03:04:05.123456+02', 'ab', 'xyz',
        '{1,NULL,3}', '{"a,b",NULL,"q\\"x"}', '{1.50,-2}', '1 day 02:03', 12.5, '10.0.0.1', '<a/>',
        '[1,5)')`)
    const { rows, tables } = await readAll(`${database.options} table_path = "public.own"`)
    expect(rows[0]).toEqual([
      new Decimal(12345678901234567890123456789012345n, 5),
      '{"a": 1}',
      '{"b": [1]}',
      '6f1b2a3c-0000-4000-8000-000000000001',
      new Timestamp(1_704_157_445, 123_456_000, 0),
      'ab ',
      'xyz',
      [1, null, 3],
      ['a,b', null, 'q"x'],
      [new Decimal(150n, 2), new Decimal(-200n, 2)],
      '1 day 02:03:00',
      '$12.50',
      '10.0.0.1',
      '<a/>',
      '[1,5)',
    ])
    expect(typesOf(tables)).toMatchObject({
      n: 'decimal(38, 18)',
      tz: 'timestamp_tz',
      ints: 'array<int>',
      nums: 'array<decimal(10, 2)>',
      u: 'string',
    })
    const copy = 'database = test, table = own_copy, generate_sink_sql = true'
    const read = await readAll(`${database.options} table_path = "public.own"`)
    await database.run('CREATE TABLE IF NOT EXISTS own_copy (LIKE own); TRUNCATE own_copy')
    await writeAll(`${database.options} ${copy}`, read.batches)
    const differing = await database.query(
      `SELECT count(*) FROM (SELECT own::text FROM own EXCEPT SELECT own_copy::text FROM own_copy) d`,
    )
    expect(differing).toEqual([[0n]])
  })
}

if (isThere('MariaDB')) {
  test('MariaDB types of its own', async () => {
    const database = await openMariadb()
    await database.run(`
      DROP TABLE IF EXISTS own;
      CREATE TABLE own (big bigint unsigned, flag tinyint(1), tiny tinyint, utiny tinyint unsigned,
        uint int unsigned, bits bit(9), one bit(1), y year, j json, e enum('a','b'), b binary(3),
        m mediumint unsigned, d decimal(20, 4) unsigned, t text);
      INSERT INTO own VALUES (18446744073709551615, 1, -128, 255, 4294967295, b'101010101', 1, 2024,
        '{"a":1}', 'b', 'xy', 16777215, 12.5, 'é')`)
    for (const what of ['table_path = "test.own"', 'query = "select * from own"']) {
      const { rows, tables } = await readAll(`${database.options} ${what}`)
      expect(comparable(rows)).toEqual([
        [
          new Decimal(18446744073709551615n, 0),
          true,
          -128,
          255,
          4294967295n,
          'bytes 0155',
          true,
          2024,
          '{"a":1}',
          'b',
          'bytes 787900',
          16777215,
          new Decimal(125000n, 4),
          'é',
        ],
      ])
      expect(typesOf(tables)).toMatchObject({
        big: 'decimal(20, 0)',
        flag: 'boolean',
        utiny: 'smallint',
        uint: 'bigint',
        d: 'decimal(20, 4)',
        t: 'string',
      })
    }
    const narrow = await readAll(
      `${database.options} query = "select flag from own", int_type_narrowing = false`,
    )
    expect(narrow.rows).toEqual([[1]])
  })
}

test('SQLite values that are not of the declared type', async () => {
  const database = await openSqlite()
  await database.run(`
    CREATE TABLE own (id INTEGER PRIMARY KEY, n INT, d DECIMAL(10, 2), t TEXT, ts DATETIME, any_type);
    INSERT INTO own VALUES (1, 'x', 1, 'a', '2024-01-02 03:04:05', 1),
      (2, 2.0, 1.25, 7, '2024-01-02T03:04:05Z', x'00'), (3, '5', '2.5', NULL, NULL, 'text')`)
  const rejected: string[] = []
  const { rows } = await readAll(`${database.options} table_path = own`, {
    reject: ({ error }) => rejected.push(error.message),
  })
  const moment = new Timestamp(1_704_164_645, 0)
  expect(rows).toEqual([
    [2n, 2, new Decimal(125n, 2), '7', moment, '\0'],
    [3n, 5, new Decimal(25n, 1), null, null, 'text'],
  ])
  expect(rejected).toEqual(['"x" is not a value of type int.'])
})
