import { expect, test } from 'bun:test'
import { fillPlaceholders } from '../../../jobs/connectors/placeholders.ts'
import { column, type TableSchema } from '../../../runtime/rows/index.ts'

const table = (path: string): TableSchema => ({
  path,
  catalog: 'test',
  comment: 'all of them',
  columns: [column('id', { kind: 'int' }), column('name', { kind: 'string' })],
  primaryKey: { name: 'pk', columnNames: ['id'] },
  constraintKeys: [{ name: 'u', kind: 'UNIQUE_KEY', columns: [{ name: 'name' }] }],
})

const NAMES = '${database_name}|${schema_name}|${table_name}|${schema_full_name}|${table_full_name}'

test('names of a table and its parts', () => {
  expect(fillPlaceholders(NAMES, table('shop.public.orders'))).toBe(
    'shop|public|orders|shop.public|shop.public.orders',
  )
  expect(fillPlaceholders(NAMES, table('shop.orders'))).toBe('shop||orders|shop|shop.orders')
  expect(fillPlaceholders(NAMES, table('orders'))).toBe('||orders||orders')
})

test('keys, columns and comment', () => {
  const text = '${primary_key}|${unique_key}|${field_names}|${comment}'
  expect(fillPlaceholders(text, table('t'))).toBe('id|name|id,name|all of them')
})

test('what a table does not have is the default, other names stay', () => {
  expect(fillPlaceholders('${schema_name:dbo}.${table_name:none}', table('t'))).toBe('dbo.t')
  expect(fillPlaceholders('${other} $x ${other:1}', table('t'))).toBe('${other} $x ${other:1}')
})
