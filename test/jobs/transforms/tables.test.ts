import { expect, test } from 'bun:test'
import { sql } from '../../../jobs/transforms/sql/index.ts'
import { applyTransform, bindTransform, failureOf, tableOf } from './harness.ts'

const FIELDS = { id: 'int', name: 'string' }
const QUERY = 'query = "select id, name as name1, 10 / id as share from dual"'

const apply = (options: string, path: string) =>
  applyTransform(sql, options, tableOf(FIELDS, path), [
    [1, 'a'],
    [0, 'b'],
    [5, 'c'],
  ])

test('a table whose path does not match passes through untouched', async () => {
  const applied = await apply(`table_match_regex = "test.a.*", ${QUERY}`, 'test.www')
  expect(applied.columns).toEqual({ 'test.www': 'id:int name:string' })
  expect(applied.rows['test.www']).toEqual([
    [1, 'a'],
    [0, 'b'],
    [5, 'c'],
  ])
})

test('the options of a single table win over the general ones', async () => {
  const options = `table_match_regex = "test.a.*", ${QUERY}
    table_transform = [{ table_path = "test.xyz", query = "select name as name2 from dual" }]`
  expect((await apply(options, 'test.xyz')).columns).toEqual({ 'test.xyz': 'name2:string' })
  expect((await apply(options, 'test.abc')).columns).toEqual({
    'test.abc': 'id:int name1:string share:int',
  })
})

test('only table_transform needs no general options', async () => {
  const options = 'table_transform = [{ table_path = "test.xyz", query = "select id from dual" }]'
  expect((await apply(options, 'test.xyz')).columns).toEqual({ 'test.xyz': 'id:int' })
  expect((await apply(options, 'test.abc')).columns).toEqual({ 'test.abc': 'id:int name:string' })
  expect(await failureOf(apply('', 'test.abc'))).toContain('Sql needs the option query.')
})

test('a row that fails goes to the policy of the job, the others go on in order', async () => {
  const applied = await apply(QUERY, 'test.abc')
  expect(applied.rejected).toEqual([[0, 'b']])
  expect(applied.errors).toEqual(['Division by zero.'])
  expect(applied.rows['test.abc']).toEqual([
    [1, 'a', 10],
    [5, 'c', 2],
  ])
})

test('row_error_handle_way decides what becomes of a row that fails', async () => {
  expect(await failureOf(apply(`${QUERY}, row_error_handle_way = FAIL`, 't'))).toContain(
    'Division by zero.',
  )
  const skipped = await apply(`${QUERY}, row_error_handle_way = SKIP`, 't')
  expect(skipped.rejected).toEqual([])
  expect(skipped.rows['t']!.length).toBe(2)
  expect(skipped.skippedCount).toBe(1)
})

test('rows that fail are routed to the error table', async () => {
  const routed = await apply(
    `${QUERY}
    row_error_handle_way = ROUTE_TO_TABLE
    row_error_handle_way.error_table = errors`,
    't',
  )
  expect(routed.columns['errors']).toBe(
    'source_table_id:string source_table_path:string original_data:string ' +
      'validation_errors:string create_time:timestamp',
  )
  expect(routed.rows['t']!.length).toBe(2)
  const [id, path, data, errors] = routed.rows['errors']![0]!
  expect([id, path]).toEqual(['t', 't'])
  expect(JSON.parse(data as string)).toEqual({ id: 0, name: 'b' })
  expect(JSON.parse(errors as string)).toEqual([
    { error_code: 'SQL-006', error_message: 'Division by zero.' },
  ])
  expect(await failureOf(apply(`${QUERY}, row_error_handle_way = ROUTE_TO_TABLE`, 't'))).toContain(
    'error_table',
  )
})

test('a key stays under its new name, unless rows come out several times', async () => {
  const keyed = {
    ...tableOf({ id: 'int', tags: 'array<string>' }),
    primaryKey: { name: 'pk', columnNames: ['id'] },
  }
  const keyOf = async (query: string) => {
    const bound = await bindTransform(sql, `query = "${query}"`, keyed)
    return bound.outputs[0]!.primaryKey?.columnNames
  }
  expect(await keyOf('select id as user_id from dual')).toEqual(['user_id'])
  expect(await keyOf('select id + 1 as id from dual')).toBeUndefined()
  expect(await keyOf('select id from dual lateral view explode(tags) as tag')).toBeUndefined()
})
