import { describe, expect, test } from 'bun:test'
import { compileFilter, compileSelect } from '../../../runtime/expressions/index.ts'
import { batchOfRows, formatType, rowAt, type Value } from '../../../runtime/rows/index.ts'
import { errorOf, STILL, tableOf, type Columns } from './harness.ts'

const FIELDS: Columns = {
  id: ['int', null],
  name: ['string', null],
  tags: ['array<string>', null],
}
const ROWS: readonly (readonly Value[])[] = [
  [1, 'a,b', ['x', 'y']],
  [2, null, []],
  [3, 'c', [null, 'z']],
  [4, 'd', null],
]

const run = (query: string, kinds: readonly (0 | 1 | 2 | 3)[] | null = null) => {
  const table = tableOf(FIELDS)
  const select = compileSelect(query, table, STILL)
  const output = { ...table, columns: select.columns }
  const result = select.apply(batchOfRows(table, ROWS, kinds), output)
  const rows = Array.from({ length: result?.rowCount ?? 0 }, (_, row) => rowAt(result!, row))
  const columns = select.columns.map(({ name, type }) => `${name}:${formatType(type)}`).join(' ')
  return { columns, rows, kinds: result?.kinds ?? null }
}

test('* stands for all columns, and more may follow', () => {
  const { columns, rows } = run('select *, id as id_ from dual')
  expect(columns).toBe('id:int name:string tags:array<string> id_:int')
  expect(rows[0]).toEqual([1, 'a,b', ['x', 'y'], 1])
  expect(run('select * from dual').rows).toEqual(ROWS.map((row) => [...row]))
})

test('columns without an alias are named after what they compute', () => {
  expect(run('SELECT id, input.name, id+1, upper(name) `apply` FROM input;').columns).toBe(
    'id:int name:string id + 1:int apply:string',
  )
})

test('WHERE keeps rows and their kinds', () => {
  const { rows, kinds } = run('select id from dual where id > 1 and name is not null', [0, 1, 2, 3])
  expect(rows).toEqual([[3], [4]])
  expect(kinds).toEqual(Uint8Array.of(2, 3))
  expect(run('select id from dual where id > 9').rows).toEqual([])
})

describe('LATERAL VIEW EXPLODE', () => {
  test('gives a row for each item; nulls and empty arrays give none', () => {
    const { columns, rows } = run('select id from dual lateral view explode(tags) as tag')
    expect(columns).toBe('id:int tag:string')
    expect(rows).toEqual([
      [1, 'x'],
      [1, 'y'],
      [3, 'z'],
    ])
  })

  test('OUTER keeps rows without items and items that are null', () => {
    expect(run('select id from dual lateral view outer explode(tags) as tag').rows).toEqual([
      [1, 'x'],
      [1, 'y'],
      [2, null],
      [3, null],
      [3, 'z'],
      [4, null],
    ])
  })

  test('an alias that is a column replaces it, and views multiply', () => {
    const { columns, rows } = run(
      `select id, name from dual
       lateral view explode(split(name, ',')) as name
       lateral view explode(array(1, 2)) as n
       where id = 1`,
    )
    expect(columns).toBe('id:int name:string n:int')
    expect(rows).toEqual([
      [1, 'a', 1],
      [1, 'a', 2],
      [1, 'b', 1],
      [1, 'b', 2],
    ])
  })

  test('kinds follow their rows', () => {
    const query = 'select id from dual lateral view explode(tags) as tag'
    expect(run(query, [3, 0, 2, 0]).kinds).toEqual(Uint8Array.of(3, 3, 2))
  })
})

test.each([
  ['select id from a join b', 'SQL-002 1:18 Reading from several tables is not supported'],
  ['select id from a, b', 'SQL-002 1:17 Reading from several tables is not supported'],
  ['select id from (select 1)', 'SQL-002 1:16 A query inside a query is not supported'],
  ['select id from a group by id', 'SQL-002 1:18 GROUP BY is not supported'],
  ['select id from a where id = 1\norder by id', 'SQL-002 2:1 ORDER BY is not supported'],
  ['select id from a limit 5', 'SQL-002 1:18 LIMIT is not supported'],
  ['select distinct id from a', 'SQL-002 1:8 SELECT DISTINCT is not supported'],
  ['select id from a union select 1', 'SQL-002 1:18 UNION is not supported'],
  ['delete from a', 'SQL-002 1:1 DELETE is not supported'],
  ['selct id from a', 'SQL-001 1:1 Expected SELECT but found "selct".'],
  ['select id from a where', 'SQL-001 1:23 Expected a value but found the end of the text.'],
  ['select id from a where id', 'SQL-005 1:24 WHERE needs a condition, not a int.'],
  ['select id, name as id from a', 'SQL-005 1:8 The query yields two columns named "id"'],
  ['select id from a lateral view explode(name) as n', 'SQL-005 1:39 EXPLODE needs an array'],
  ['select id from a lateral view unnest(tags) as n', 'SQL-002 1:31 A LATERAL VIEW of anything'],
])('%s', (query, message) => {
  expect(errorOf(() => run(query))).toStartWith(message)
})

test('a filter gives the indices of the rows that it keeps', () => {
  const table = tableOf(FIELDS)
  const filter = compileFilter("name like '%,%' or id = 4", table, STILL)
  expect([...filter(batchOfRows(table, ROWS))]).toEqual([0, 3])
  expect(errorOf(() => compileFilter('id', table, STILL))).toBe(
    'SQL-005 1:1 A filter needs a condition, not a int.',
  )
})
