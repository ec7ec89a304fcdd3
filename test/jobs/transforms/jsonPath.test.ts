import { expect, test } from 'bun:test'
import { jsonPath } from '../../../jobs/transforms/jsonpath/index.ts'
import { Decimal, parseDate, type Value } from '../../../runtime/rows/index.ts'
import { applyTransform, bindTransform, failureOf, tableOf } from './harness.ts'

const read = async (fields: { [name: string]: string }, row: Value[], columns: string) => {
  const applied = await applyTransform(jsonPath, `columns = [${columns}]`, tableOf(fields), [row])
  return {
    columns: applied.columns['shop.orders']!.split(' ').slice(Object.keys(fields).length),
    values: applied.rows['shop.orders']?.[0]?.slice(row.length),
    errors: applied.errors,
    skippedCount: applied.skippedCount,
  }
}

const DATA = JSON.stringify({
  user: { name: 'Joy', tags: ['a', 'b'], 'the key': 1, age: 20 },
  price: 12.5,
  when: '2024-01-26',
  big: 1,
}).replace('"big":1', '"big":9007199254740993')

test.each([
  ['$.user.name', 'string', 'Joy'],
  ['$.user.age', 'int', 20],
  ['$.price', '"decimal(4, 2)"', new Decimal(125n, 1)],
  ['$.when', 'date', parseDate('2024-01-26')],
  ['$.big', 'bigint', 9007199254740993n],
  ["$.user['the key']", 'int', 1],
  ['$.user.tags[1]', 'string', 'b'],
  ['$.user.tags[-1]', 'string', 'b'],
  ['$.user.tags', 'string', '["a","b"]'],
  ['$.user.tags', '"array<string>"', ['a', 'b']],
  ['$.user.tags[*]', '"array<string>"', ['a', 'b']],
  ['$..name', '"array<string>"', ['Joy']],
])('reads %s as %s', async (path, type, expected) => {
  const { values, errors } = await read(
    { data: 'string' },
    [DATA],
    `{ src_field = data, path = "${path}", dest_field = x, dest_type = ${type} }`,
  )
  expect(errors).toEqual([])
  expect(values).toEqual([expected])
})

test('reads arrays, maps, bytes and rows, and rows by position too', async () => {
  const fields = { list: 'array<string>', map: 'map<string, int>', raw: 'bytes' }
  const row = [['a', 'b'], new Map([['k', 7]]), new TextEncoder().encode('{"x": 1}')]
  const { values } = await read(
    fields,
    row,
    `{ src_field = list, path = "$[0]", dest_field = a }
     { src_field = map, path = "$.k", dest_field = b, dest_type = int }
     { src_field = raw, path = "$.x", dest_field = c, dest_type = int }`,
  )
  expect(values).toEqual(['a', 7, 1])
  const nested = await read(
    { c: '{a = int, b = string}' },
    [[5, 'five']],
    `{ src_field = c, path = "$.b", dest_field = x }
     { src_field = c, path = "$[0]", dest_field = y, dest_type = int }`,
  )
  expect(nested.values).toEqual(['five', 5])
})

test('a null stays null and the usual type is string', async () => {
  const column = '{ src_field = data, path = "$.user", dest_field = x }'
  const { columns, values } = await read({ data: 'string' }, [null], column)
  expect(columns).toEqual(['x:string'])
  expect(values).toEqual([null])
})

const columnWith = (way: string) =>
  `{ src_field = data, path = "$.f2", dest_field = x, column_error_handle_way = ${way} }`

test('what is not there fails the row, or is null, or drops the row', async () => {
  const fields = { data: 'string' }
  const failed = await read(fields, ['{"f1": 1}'], columnWith('FAIL'))
  expect(failed.errors).toEqual(['There is nothing at $.f2 for "x".'])
  expect((await read(fields, ['{"f1": 1}'], columnWith('SKIP'))).values).toEqual([null])
  const dropped = await read(fields, ['{"f1": 1}'], columnWith('SKIP_ROW'))
  expect([dropped.values, dropped.errors, dropped.skippedCount]).toEqual([undefined, [], 1])
  expect((await read(fields, ['{no json'], columnWith('FAIL'))).errors).toEqual([
    'The text for "x" is not JSON.',
  ])
})

test('a value that does not fit the type fails the row', async () => {
  const column = '{ src_field = data, path = "$.a", dest_field = x, dest_type = int }'
  const { errors } = await read({ data: 'string' }, ['{"a": "text"}'], column)
  expect(errors[0]).toContain('is not a value of type int')
})

test('bad paths and columns are refused', async () => {
  const bind = (column: string) =>
    bindTransform(jsonPath, `columns = [${column}]`, tableOf({ data: 'string', id: 'int' }))
  expect(await failureOf(bind('{ src_field = data, path = "$[", dest_field = x }'))).toContain(
    'is not a JSONPath',
  )
  expect(await failureOf(bind('{ src_field = dat, path = "$", dest_field = x }'))).toContain(
    'Did you mean "data"?',
  )
  expect(await failureOf(bind('{ src_field = id, path = "$", dest_field = x }'))).toContain(
    '"id" is a int',
  )
})

test.each([
  ['{user: {name: Joy Ding, age: 20}, on: true}', '$.user.name', 'string', 'Joy Ding'],
  ['{user: {name: Joy Ding, age: 20}, on: true}', '$.user.age', 'int', 20],
  ["{'a b': 'it\\'s', list: [x, 'y', 1]}", "$['a b']", 'string', "it's"],
  ["{'a b': 'it\\'s', list: [x, 'y', 1]}", '$.list', '"array<string>"', ['x', 'y', '1']],
  ["{on: true, off: null, at: '16:12:43.459'}", '$.on', 'boolean', true],
])('JSON without quotes is read: %s at %s', async (text, path, type, expected) => {
  const { values, errors } = await read(
    { data: 'string' },
    [text],
    `{ src_field = data, path = "${path}", dest_field = x, dest_type = ${type} }`,
  )
  expect(errors).toEqual([])
  expect(values).toEqual([expected])
})

test.each(['{a: 1', '{a 1}', '[1, 2', '{"a": 1} x', '', '['.repeat(300)])(
  'a text that is no JSON fails its row: %s',
  async (text) => {
    const column = '{ src_field = data, path = "$.a", dest_field = x }'
    const { errors } = await read({ data: 'string' }, [text], column)
    expect(errors).toEqual(['The text for "x" is not JSON.'])
  },
)

test('one entry may name several values', async () => {
  const { columns, values } = await read(
    { data: 'string' },
    [DATA],
    '{ src_field = data, path = "$.user.name;$.price", dest_field = "who;cost", dest_type = "string;double" }',
  )
  expect(columns).toEqual(['who:string', 'cost:double'])
  expect(values).toEqual(['Joy', 12.5])
  const wrong = '{ src_field = data, path = "$.a", dest_field = "x;y" }'
  const bind = bindTransform(jsonPath, `columns = [${wrong}]`, tableOf({ data: 'string' }))
  expect(await failureOf(bind)).toContain('must agree')
})

test('two columns of one source read the row at hand, not the one before', async () => {
  const options = `columns = [
    { src_field = data, path = "$.a", dest_field = a, column_error_handle_way = SKIP }
    { src_field = data, path = "$.b", dest_field = b, column_error_handle_way = SKIP }
  ]`
  const applied = await applyTransform(jsonPath, options, tableOf({ data: 'string' }), [
    ['{"a": 1, "b": 2}'],
    ['{broken'],
    ['{"a": 3, "b": 4}'],
    ['{"a": 3, "b": 4}'],
  ])
  expect(applied.rows['shop.orders']!.map((row) => row.slice(1))).toEqual([
    ['1', '2'],
    [null, null],
    ['3', '4'],
    ['3', '4'],
  ])
})
