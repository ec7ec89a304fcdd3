import { describe, expect, test } from 'bun:test'
import { Decimal, parseDate, parseTimestamp, Timestamp } from '../../../runtime/rows/index.ts'
import { compile, errorOf, evaluate, shown, type Columns } from './harness.ts'

const decimal = (unscaled: bigint, scale: number): Decimal => new Decimal(unscaled, scale)

const ROW: Columns = {
  id: ['int', 7],
  tiny: ['tinyint', 11],
  big: ['bigint', 2n ** 53n + 1n],
  ratio: ['double', 2.5],
  single: ['float', Math.fround(1.1)],
  price: ['decimal(10, 2)', decimal(1050n, 2)],
  rate: ['decimal(6, 4)', decimal(30000n, 4)],
  name: ['string', 'Joy Ding'],
  missing: ['string', null],
  gap: ['int', null],
  yes: ['boolean', true],
  unknown: ['boolean', null],
  day: ['date', parseDate('2024-01-26')],
  at: ['timestamp', parseTimestamp('2024-01-26T10:00:00')],
  nested: ['{inner = {depth = int}, label = string}', [[3], 'deep']],
  tags: ['map<string, int>', new Map([['a', 1]])],
  list: ['array<string>', ['x', 'y']],
  'odd name': ['int', 5],
  raw: ['bytes', new Uint8Array([1])],
}

const cases = (table: readonly (readonly [expression: string, result: string])[]): void => {
  test.each(table)('%s', (expression, result) => {
    expect(shown(expression, ROW)).toBe(result)
  })
}

describe('arithmetic', () => {
  cases([
    ['id + 1', 'int: 8'],
    ['tiny * 2', 'int: 22'],
    ['id / 2', 'int: 3'],
    ['-id / 2', 'int: -3'],
    ['-id % 4', 'int: -3'],
    ['2147483647 + 1', 'int: -2147483648'],
    ['46341 * 46341', 'int: -2147479015'],
    ['3000000000 + 1', 'bigint: 3000000001'],
    ['big + id', 'bigint: 9007199254741000'],
    ['big - 1', 'bigint: 9007199254740992'],
    ['-9223372036854775808 - 1', 'bigint: 9223372036854775807'],
    ['big / 2', 'bigint: 4503599627370496'],
    ['big * ratio', 'double: 2.251799813685248E16'],
    ['id / ratio', 'double: 2.8'],
    ['ratio / 0', 'double: Infinity'],
    ['ratio % 2', 'double: 0.5'],
    ['single + 0', 'double: 1.100000023841858'],
    ['price + 1', 'decimal(10, 2): 11.50'],
    ['price + rate', 'decimal(10, 4): 13.5000'],
    ['price * rate', 'decimal(10, 4): 31.5000'],
    ['price / 3', 'decimal(10, 2): 3.50'],
    ['price / rate', 'decimal(10, 4): 3.5000'],
    ['-price / 8', 'decimal(10, 2): -1.32'],
    ['price % 4', 'decimal(10, 2): 2.50'],
    ['price - 0.5', 'decimal(10, 2): 10.00'],
    ['gap + 1', 'int: null'],
    ['NULL + 1', 'int: null'],
    ['1 + 2 * 3 - 4 / 2', 'int: 5'],
    ['(1 + 2) * 3', 'int: 9'],
    ['- - 3', 'int: 3'],
    ["'a' || 1 + 2 || missing || 'b'", 'string: a3b'],
  ])
})

describe('conditions are never null, and a null is equal to nothing', () => {
  cases([
    ['id = 7', 'boolean: true'],
    ['id != 7 or id <> 7', 'boolean: false'],
    ['big > 9007199254740992', 'boolean: true'],
    ['big = 9007199254740992', 'boolean: false'],
    ['price = 10.5', 'boolean: true'],
    ['price > rate', 'boolean: true'],
    ["name > 'Joy'", 'boolean: true'],
    ["day = '2024-01-26'", 'boolean: true'],
    ["at < '2024-01-26 10:00:01'", 'boolean: true'],
    ['day <= at', 'boolean: true'],
    ["missing = 'x'", 'boolean: false'],
    ["missing <> 'x'", 'boolean: true'],
    ['missing = missing', 'boolean: false'],
    ['missing <> missing', 'boolean: false'],
    ['gap < 1 or gap >= 1', 'boolean: false'],
    ['missing IS NULL and name IS NOT NULL', 'boolean: true'],
    ['id IN (1, 7, NULL)', 'boolean: true'],
    ['id NOT IN (1, 2)', 'boolean: true'],
    ['id NOT IN (1, 2, NULL)', 'boolean: true'],
    ['gap IN (1)', 'boolean: false'],
    ['gap NOT IN (1)', 'boolean: false'],
    ['big in (9007199254740992)', 'boolean: false'],
    ['price IN (10.5, 1)', 'boolean: true'],
    ['id in (tiny - 4, 0)', 'boolean: true'],
    ["day IN ('2024-01-26')", 'boolean: true'],
    ["name LIKE 'Joy%'", 'boolean: true'],
    ["name LIKE '%Din_'", 'boolean: true'],
    ["name LIKE 'J_y%g'", 'boolean: true'],
    ["name NOT LIKE '%x%'", 'boolean: true'],
    ["name LIKE 'joy%'", 'boolean: false'],
    ["'50%' LIKE '50\\%'", 'boolean: true'],
    ["'a.c' LIKE 'a.c' and 'abc' NOT LIKE 'a.c'", 'boolean: true'],
    ["id LIKE '7%' and price LIKE '%.50'", 'boolean: true'],
    ["missing LIKE '%'", 'boolean: false'],
    ["missing NOT LIKE '%'", 'boolean: false'],
    ['id BETWEEN 7 AND 8', 'boolean: true'],
    ['id NOT BETWEEN 8 AND 9', 'boolean: true'],
    ['gap NOT BETWEEN 8 AND 9', 'boolean: false'],
    ['yes and not false', 'boolean: true'],
    ['unknown or yes', 'boolean: true'],
    ['not unknown', 'boolean: null'],
    ['not id = 8 and not (id = 7 and id = 8)', 'boolean: true'],
    ['id = 1 or id = 7 and yes', 'boolean: true'],
  ])
})

describe('CASE', () => {
  cases([
    ["case when id > 5 then 'big' else 'small' end", 'string: big'],
    ["case id when 7 then 'seven' when 8 then 'eight' end", 'string: seven'],
    ['case when gap = 1 then 1 end', 'int: null'],
    ['case when yes then 1 else 2.5 end', 'double: 1.0'],
    ['case when unknown then 1 else big end', 'bigint: 9007199254740993'],
    ['case when yes then price else 1 end', 'decimal(10, 2): 10.50'],
    ["case name when name like 'J%' then 1 else 0 end", 'int: 1'],
    ['case missing when missing then 1 else 0 end', 'int: 0'],
    ['case when id <> 0 then 10 / id else 0 end', 'int: 1'],
    ['case when id = 0 then 10 / (id - 7) else -1 end', 'int: -1'],
  ])

  test('a branch that fails does not see rows of another', () => {
    expect(shown('case when id = 0 then 1 / 0 else 2 end', ROW)).toBe('int: 2')
    expect(shown('id = 0 and 1 / (id - 7) = 1', ROW)).toBe('boolean: false')
    expect(shown('coalesce(name, cast(1 / (id - 7) as string))', ROW)).toBe('string: Joy Ding')
  })
})

describe('CAST', () => {
  cases([
    ["cast('12' as int)", 'int: 12'],
    ['cast(12.9 as INTEGER)', 'int: 12'],
    ['cast(-12.9 as bigint)', 'bigint: -12'],
    ["cast('1.5' as double)", 'double: 1.5'],
    ['cast(single as double)', 'double: 1.1'],
    ["cast('12.4' as decimal(10, 2))", 'decimal(10, 2): 12.40'],
    ["cast('12.341' as decimal(10, 2))", 'decimal(10, 2): 12.35'],
    ["cast('-12.349' as decimal(10, 2))", 'decimal(10, 2): -12.34'],
    ['cast(1687747869032 as decimal(17, 4))', 'decimal(17, 4): 1687747869032.0000'],
    ['cast(1687747869032 as timestamp)', 'timestamp: 2023-06-26T02:51:09.032'],
    ['cast(20230625 as date)', 'date: 2023-06-25'],
    ['cast(235109 as time)', 'time: 23:51:09'],
    ['cast(at as date)', 'date: 2024-01-26'],
    ['cast(at as time)', 'time: 10:00:00'],
    ['cast(day as timestamp)', 'timestamp: 2024-01-26T00:00:00'],
    ["cast('2024-01-26 10:00:00' as timestamp)", 'timestamp: 2024-01-26T10:00:00'],
    ['cast(1 as boolean)', 'boolean: true'],
    ["cast('FALSE' as boolean)", 'boolean: false'],
    ['cast(ratio as string)', 'string: 2.5'],
    ['cast(2.0 as varchar)', 'string: 2.0'],
    ['cast(yes as string)', 'string: true'],
    ["cast('é' as bytes)", 'bytes: w6k='],
    ['cast(missing as int)', 'int: null'],
    ['cast(NULL as date)', 'date: null'],
    ["try_cast('1c' as int)", 'int: null'],
    ["try_cast('1' as int)", 'int: 1'],
    ["try_cast('2024-13-01' as date)", 'date: null'],
    ['try_cast(3000000000 as int)', 'int: null'],
  ])

  test.each([
    ['cast(name as int)', 'SQL-006 1:14 "Joy Ding" cannot be converted to int.'],
    ['cast(big as int)', 'SQL-006 1:13 "9007199254740993" cannot be converted to int.'],
    ['cast(price as decimal(3, 2))', 'SQL-006 1:15 "10.50" cannot be converted to decimal(3, 2).'],
    ['cast(id as boolean)', 'SQL-006 1:12 "7" cannot be converted to boolean.'],
    ['id / (id - 7)', 'SQL-006 1:1 Division by zero.'],
    ['price % 0', 'SQL-006 1:1 Division by zero.'],
    ['mod(id, 0)', 'SQL-006 1:1 MOD by zero.'],
    ["to_date(name, 'yyyy-MM-dd')", `SQL-006 1:1 "Joy Ding" is not written as 'yyyy-MM-dd'.`],
    ['ln(0 - id)', 'SQL-006 1:1 LN needs a positive number.'],
    ["regexp_like(name, 'x', name)", 'SQL-006 1:1 REGEXP_LIKE knows no flag "J": use i, c, n, m.'],
  ])('%s fails its row', (expression, message) => {
    expect(errorOf(() => evaluate(expression, ROW))).toBe(message)
  })
})

describe('names', () => {
  cases([
    ['`odd name` + "id"', 'int: 12'],
    ['nested.label', 'string: deep'],
    ['nested.inner.depth', 'int: 3'],
    ['input.id', 'int: 7'],
    ['input.nested.label', 'string: deep'],
    ['tags.a', 'int: 1'],
    ['tags.b', 'int: null'],
    ["tags['a']", 'int: 1'],
    ['list[1]', 'string: y'],
    ['list[5]', 'string: null'],
  ])
})

describe('literals', () => {
  cases([
    ["'it''s'", "string: it's"],
    ['1e3', 'double: 1000.0'],
    ['.5', 'double: 0.5'],
    ['-2147483648', 'int: -2147483648'],
    ['2147483648', 'bigint: 2147483648'],
    ["date '2024-01-26'", 'date: 2024-01-26'],
    ["timestamp '2024-01-26 10:20:30'", 'timestamp: 2024-01-26T10:20:30'],
    ["timestamp '2024-01-26T10:20:30+08:00'", 'timestamp: 2024-01-26T10:20:30'],
    ["timestamptz '2024-01-26T10:20:30+08:00'", 'timestamp_tz: 2024-01-26T10:20:30+08:00'],
    ["timestamptz '2024-01-26 10:20:30'", 'timestamp_tz: 2024-01-26T10:20:30Z'],
    ['TRUE', 'boolean: true'],
    ['NULL', 'null: null'],
    ['/* a */ 1 -- b', 'int: 1'],
  ])
})

test.each([
  ['nme', 'SQL-003 1:1 There is no column "nme". Did you mean "name"?'],
  ['1 +\n  nested.lable', 'SQL-003 2:3 The row has no field "lable". Did you mean "label"?'],
  ['id.x', 'SQL-003 1:1 A int has no field "x".'],
  ['uper(name)', 'SQL-004 1:1 There is no function UPER. Did you mean UPPER?'],
  ['left(name)', 'SQL-005 1:1 LEFT does not take 1 argument.'],
  ['ifnull(1, 2, 3)', 'SQL-005 1:1 IFNULL does not take 3 arguments.'],
  ['abs(name)', 'SQL-005 1:1 ABS does not take a string here; use CAST.'],
  ['name + 1', 'SQL-005 1:1 string + int: arithmetic needs numbers; use CAST.'],
  ['name = 1', 'SQL-005 1:1 A string and a int cannot be compared with =; use CAST.'],
  [
    "case when yes then 1 else 'x' end",
    'SQL-005 1:1 The results are a int and a string; use CAST to make them one type.',
  ],
  ['id and yes', 'SQL-005 1:1 AND needs a condition, not a int.'],
  ['cast(id as intt)', 'SQL-005 1:12 CAST knows no type INTT'],
  ['cast(id as decimal(50, 2))', 'SQL-005 1:12 DECIMAL(50, 2) is no type'],
  ['cast(list as int)', 'SQL-005 1:14 A array<string> cannot be converted to int.'],
  ["regexp_like(name, '(')", 'SQL-005 1:1 "(" is not a regular expression'],
  ['list[name]', 'SQL-005 1:1 A array<string> cannot be indexed like this'],
  ['1 +', 'SQL-001 1:4 Expected a value but found the end of the text.'],
  ["'abc", "SQL-001 1:1 The quote ' that starts here is not closed."],
  ['a ? b', 'SQL-001 1:3 The character "?" does not belong here.'],
  ['1 2', 'SQL-001 1:3 The expression ends before "2".'],
  ['id not 5', 'SQL-001 1:8 Expected IN, LIKE or BETWEEN after NOT but found "5".'],
  ['id in (select 1)', 'SQL-001 1:8 A query inside a query is not supported.'],
  ['9223372036854775808', 'SQL-001 1:1 9223372036854775808 is larger than a BIGINT'],
  ["date '2024-13-01'", "SQL-001 1:1 '2024-13-01' is not a DATE."],
  [`${'('.repeat(300)}1`, 'SQL-001 1:201 The expression nests deeper than 200 levels.'],
])('%s is refused with a place', (expression, message) => {
  expect(errorOf(() => compile(expression, ROW))).toStartWith(message)
})

test('a constant expression is computed once', () => {
  expect(compile("upper('a') || 1 + 1").constant).toBe('A2')
  expect(compile('rand()').constant).toBeUndefined()
  expect(compile('1 / 0').constant).toBeUndefined()
})

test('what an expression reads and whether it may fail is known', () => {
  const { columns, fallible } = compile('id + tiny * id', ROW)
  expect([[...columns], fallible]).toEqual([[0, 1], false])
  expect(compile('10 / id', ROW).fallible).toBe(true)
})

test('a timestamp keeps its nanoseconds', () => {
  const columns: Columns = { t: ['timestamp', new Timestamp(0, 123_456_789)] }
  expect(shown('dateadd(t, 1)', columns)).toBe('timestamp: 1970-01-02T00:00:00.123456789')
})
