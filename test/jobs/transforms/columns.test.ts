import { expect, test } from 'bun:test'
import { copy } from '../../../jobs/transforms/copy/index.ts'
import { defineSinkType } from '../../../jobs/transforms/definesinktype/index.ts'
import { fieldMapper } from '../../../jobs/transforms/fieldmapper/index.ts'
import { filter } from '../../../jobs/transforms/filter/index.ts'
import { filterRowKind } from '../../../jobs/transforms/filterrowkind/index.ts'
import { metadata } from '../../../jobs/transforms/metadata/index.ts'
import { regexExtract } from '../../../jobs/transforms/regexextract/index.ts'
import { replace } from '../../../jobs/transforms/replace/index.ts'
import { rowKindExtractor } from '../../../jobs/transforms/rowkindextractor/index.ts'
import { split } from '../../../jobs/transforms/split/index.ts'
import { applyTransform, bindTransform, failureOf, tableOf } from './harness.ts'

const USERS = tableOf({ id: 'int', name: 'string', age: 'int' })
const ROWS = [
  [1, 'Joy Ding', 20],
  [2, null, null],
]

test('FieldMapper picks, orders and renames columns', async () => {
  const applied = await applyTransform(
    fieldMapper,
    'field_mapper { age = years, id = user_id }',
    USERS,
    ROWS,
  )
  expect(applied.columns).toEqual({ 'shop.orders': 'years:int user_id:int' })
  expect(applied.rows['shop.orders']).toEqual([
    [20, 1],
    [null, 2],
  ])
})

test('FieldMapper keeps the primary key under its new name', async () => {
  const keyed = { ...USERS, primaryKey: { name: 'pk', columnNames: ['id'] } }
  const kept = await bindTransform(fieldMapper, 'field_mapper { id = user_id }', keyed)
  expect(kept.outputs[0]!.primaryKey).toEqual({ name: 'pk', columnNames: ['user_id'] })
  const dropped = await bindTransform(fieldMapper, 'field_mapper { age = age }', keyed)
  expect(dropped.outputs[0]!.primaryKey).toBeUndefined()
})

test('Filter keeps the columns it includes, in that order, or all but those it excludes', async () => {
  const kept = await applyTransform(filter, 'include_fields = [age, id]', USERS, ROWS)
  expect(kept.columns).toEqual({ 'shop.orders': 'age:int id:int' })
  expect(kept.rows['shop.orders']).toEqual([
    [20, 1],
    [null, 2],
  ])
  const old = await applyTransform(filter, 'fields = [name]', USERS, ROWS)
  expect(old.columns).toEqual({ 'shop.orders': 'name:string' })
  const rest = await applyTransform(filter, 'exclude_fields = [name]', USERS, ROWS)
  expect(rest.columns).toEqual({ 'shop.orders': 'id:int age:int' })
})

test('Copy adds copies by both ways of writing it', async () => {
  const many = await applyTransform(copy, 'fields { name2 = name, name3 = name }', USERS, ROWS)
  expect(many.columns).toEqual({
    'shop.orders': 'id:int name:string age:int name2:string name3:string',
  })
  expect(many.rows['shop.orders']![0]).toEqual([1, 'Joy Ding', 20, 'Joy Ding', 'Joy Ding'])
  const one = await applyTransform(copy, 'src_field = id, dest_field = id2', USERS, ROWS)
  expect(one.rows['shop.orders']![0]).toEqual([1, 'Joy Ding', 20, 1])
})

test.each([
  ['plain text', 'pattern = "o", replacement = "$1"', 'J$1y D$1'],
  ['an expression', 'pattern = "([JD])o", replacement = "<$1>", is_regex = true', '<J>y <D>'],
])('Replace replaces %s', async (_, options, expected) => {
  const table = tableOf({ name: 'string' })
  const applied = await applyTransform(replace, `replace_field = name, ${options}`, table, [
    ['Joy Do'],
    [null],
  ])
  expect(applied.rows['shop.orders']).toEqual([[expected], [null]])
})

test('Replace can replace only the first match', async () => {
  const table = tableOf({ name: 'string' })
  const options = 'replace_field = name, pattern = "a+", replacement = "b", is_regex = true'
  const all = await applyTransform(replace, options, table, [['aaXaa']])
  expect(all.rows['shop.orders']).toEqual([['bXb']])
  const first = await applyTransform(replace, `${options}, replace_first = true`, table, [
    ['aaXaa'],
  ])
  expect(first.rows['shop.orders']).toEqual([['bXaa']])
})

test('Split gives the last column the rest and missing parts null', async () => {
  const applied = await applyTransform(
    split,
    'separator = " ", split_field = name, output_fields = [first, second]',
    USERS,
    [
      [1, 'Joy Van Ding', 1],
      [2, 'Joy', 2],
      [3, null, 3],
    ],
  )
  expect(applied.columns).toEqual({
    'shop.orders': 'id:int name:string age:int first:string second:string',
  })
  expect(applied.rows['shop.orders']!.map((row) => row.slice(3))).toEqual([
    ['Joy', 'Van Ding'],
    ['Joy', null],
    [null, null],
  ])
})

test('FilterRowKind keeps kinds or leaves them out', async () => {
  const rows = [
    [1, 'a', 1],
    [2, 'b', 2],
    [3, 'c', 3],
    [4, 'd', 4],
  ]
  const kept = await applyTransform(
    filterRowKind,
    'include_kinds = [DELETE]',
    USERS,
    rows,
    [0, 1, 2, 3],
  )
  expect(kept.kinds).toEqual(['-D'])
  expect(kept.rows['shop.orders']).toEqual([[4, 'd', 4]])
  const rest = await applyTransform(
    filterRowKind,
    'exclude_kinds = [DELETE]',
    USERS,
    rows,
    [0, 1, 2, 3],
  )
  expect(rest.kinds).toEqual(['+I', '-U', '+U'])
})

test.each([
  [fieldMapper, 'field_mapper { nam = x }', 'Did you mean "name"?'],
  [filter, 'include_fields = [nam]', 'Did you mean "name"?'],
  [copy, 'src_field = nam, dest_field = x', 'Did you mean "name"?'],
  [split, 'separator = x, split_field = nam, output_fields = [a]', 'Did you mean "name"?'],
  [replace, 'replace_field = nam, pattern = x, replacement = y', 'Did you mean "name"?'],
  [filter, 'include_fields = [id], exclude_fields = [id]', 'either'],
  [filterRowKind, '', 'either'],
  [split, 'separator = x, split_field = name', 'needs the option output_fields'],
])('mistake %# is refused', async (plugin, options, sentence) => {
  expect(await failureOf(bindTransform(plugin, options, USERS))).toContain(sentence)
})

test('an added column replaces one of the same name', async () => {
  const applied = await applyTransform(copy, 'fields { name = id }', USERS, ROWS)
  expect(applied.columns).toEqual({ 'shop.orders': 'id:int name:int age:int' })
  expect(applied.rows['shop.orders']).toEqual([
    [1, 1, 20],
    [2, 2, null],
  ])
})

test('RegexExtract puts groups into columns, or the default values', async () => {
  const options = String.raw`source_field = name, output_fields = [user, domain]
    regex_pattern = "([^@]+)@(.+)", default_values = [nobody, nowhere]`
  const applied = await applyTransform(regexExtract, options, USERS, [
    [1, 'joy@example.com', 1],
    [2, 'joy', 2],
    [3, null, 3],
  ])
  expect(applied.rows['shop.orders']!.map((row) => row.slice(3))).toEqual([
    ['joy', 'example.com'],
    ['nobody', 'nowhere'],
    ['nobody', 'nowhere'],
  ])
  const wrong = 'source_field = name, output_fields = [a], regex_pattern = "(a)(b)"'
  expect(await failureOf(bindTransform(regexExtract, wrong, USERS))).toContain('must agree')
})

test('RowKindExtractor writes the kind and makes every row an insert', async () => {
  const rows = [
    [1, 'a', 1],
    [2, 'b', 2],
  ]
  const short = await applyTransform(rowKindExtractor, '', USERS, rows, [3, 2])
  expect(short.columns).toEqual({ 'shop.orders': 'id:int name:string age:int row_kind:string' })
  expect(short.rows['shop.orders']!.map((row) => row[3])).toEqual(['-D', '+U'])
  expect(short.kinds).toEqual(['+I', '+I'])
  const full = await applyTransform(
    rowKindExtractor,
    'custom_field_name = change, transform_type = FULL',
    USERS,
    rows,
    [3, 2],
  )
  expect(full.rows['shop.orders']!.map((row) => row[3])).toEqual(['DELETE', 'UPDATE_AFTER'])
})

test('Metadata adds what is known about a row', async () => {
  const options = 'metadata_fields { Database = db, Table = tbl, RowKind = kind, EventTime = at }'
  const applied = await applyTransform(metadata, options, USERS, [[1, 'a', 1]], [3])
  expect(applied.columns).toEqual({
    'shop.orders': 'id:int name:string age:int db:string tbl:string kind:string at:bigint',
  })
  expect(applied.rows['shop.orders']).toEqual([[1, 'a', 1, 'shop', 'orders', '-D', null]])
  expect(
    await failureOf(bindTransform(metadata, 'metadata_fields { table = t }', USERS)),
  ).toContain('Did you mean "Table"?')
})

test('DefineSinkType changes only what a sink creates', async () => {
  const options = 'columns = [{ column = name, type = "nvarchar2(10)" }]'
  const bound = await bindTransform(defineSinkType, options, USERS)
  expect(bound.outputs[0]!.columns.map((column) => column.sinkType)).toEqual([
    undefined,
    'nvarchar2(10)',
    undefined,
  ])
})

test('Replace can change several columns', async () => {
  const table = tableOf({ name: 'string', title: 'string' })
  const options = 'replace_fields = [name, title], pattern = "a", replacement = "b"'
  const applied = await applyTransform(replace, options, table, [['aa', 'ca']])
  expect(applied.rows['shop.orders']).toEqual([['bb', 'cb']])
})
