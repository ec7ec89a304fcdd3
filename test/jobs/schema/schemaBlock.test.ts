import { expect, test } from 'bun:test'
import { parseSchemaBlock } from '../../../jobs/schema/index.ts'
import { formatType } from '../../../runtime/rows/index.ts'

test('fields keep their order and nest rows', () => {
  const schema = parseSchemaBlock(
    { fields: { b: 'map<string, int>', a: { c: 'decimal(38, 18)' } } },
    'FakeSource',
    'fake',
  )
  expect(schema).toMatchObject({ path: 'fake', catalog: 'FakeSource' })
  expect(schema.columns.map((column) => [column.name, formatType(column.type)])).toEqual([
    ['b', 'map<string, int>'],
    ['a', '{c = decimal(38, 18)}'],
  ])
})

test('columns, keys and constraints are read', () => {
  const schema = parseSchemaBlock(
    {
      table: 'shop.orders',
      columns: [
        { name: 'id', type: 'bigint', nullable: false, columnLength: 20, comment: 'key' },
        { name: 'name', type: 'string', defaultValue: 'x' },
      ],
      primaryKey: { name: 'primary key', columnNames: ['id'] },
      constraintKeys: [
        {
          constraintName: 'unique_name',
          constraintType: 'UNIQUE_KEY',
          constraintColumns: [{ columnName: 'name', sortType: 'desc' }],
        },
      ],
    },
    'FakeSource',
  )
  expect(schema).toEqual({
    path: 'shop.orders',
    catalog: 'FakeSource',
    columns: [
      { name: 'id', type: { kind: 'bigint' }, nullable: false, columnLength: 20, comment: 'key' },
      { name: 'name', type: { kind: 'string' }, nullable: true, defaultValue: 'x' },
    ],
    primaryKey: { name: 'primary key', columnNames: ['id'] },
    constraintKeys: [
      { name: 'unique_name', kind: 'UNIQUE_KEY', columns: [{ name: 'name', sort: 'DESC' }] },
    ],
  })
})

test.each([
  [{ feilds: {} }, 'Did you mean `fields`?'],
  [{ fields: { a: 'strng' } }, 'Column `a` of `schema`: There is no type'],
  [{ fields: {}, columns: [] }, 'keep one of them'],
  [{ columns: [{ name: 'a' }] }, 'The column `a` has no `type`.'],
  [
    {
      columns: [
        { name: 'a', type: 'int' },
        { name: 'a', type: 'int' },
      ],
    },
    'twice',
  ],
  [{ fields: { id: 'int' }, primaryKey: { columnNames: ['di'] } }, 'names the column `di`'],
  [{ table: 'a..b', fields: {} }, 'empty part'],
  ['x', 'must be an object'],
])('a malformed block is refused: %j', (block, sentence) => {
  expect(() => parseSchemaBlock(block, 'FakeSource')).toThrow(sentence)
})
