import { describe, expect, test } from 'bun:test'
import type { TableSchema } from '../../../../runtime/rows/index.ts'
import { run, tableOf } from './running.ts'

describe('catalog_table_rule', () => {
  const table: TableSchema = {
    path: 'db.t',
    catalog: 'FakeSource',
    columns: [
      { name: 'id', type: { kind: 'bigint' }, nullable: false, comment: 'the id' },
      {
        name: 'name',
        type: { kind: 'string' },
        nullable: true,
        columnLength: 10,
        defaultValue: 'x',
      },
    ],
    primaryKey: { name: 'pk', columnNames: ['id', 'name'] },
    constraintKeys: [{ kind: 'UNIQUE_KEY', name: 'u', columns: [{ name: 'id', sort: 'ASC' }] }],
  }
  const check = (rule: string): Promise<string> =>
    run(`catalog_table_rule { ${rule} }`, [table], [[]])
  const id = '{ name = id, type = bigint, nullable = false, comment = "the id" }'
  const name = '{ name = name, type = string, column_length = 10, default_value = x }'
  const key = (type: string, column: string, sort = 'ASC'): string =>
    `constraint_key_rule = [{ constraint_key_name = u, constraint_key_type = ${type},
      constraint_key_columns = [
        { constraint_key_column_name = ${column}, constraint_key_sort_type = ${sort} }
      ] }]`

  test.each([
    'table_identifier_rule { catalog_name = FakeSource, table = "db.t" }',
    'primary_key_rule { primary_key_name = pk, primary_key_columns = [name, id] }',
    key('UNIQUE_KEY', 'id'),
    `column_rule = [${name}, ${id}]`,
  ])('holds: %s', async (rule) => {
    expect(await check(rule)).toBe('ok')
  })

  test.each([
    ['table_identifier_rule { catalog_name = Jdbc, table = "db.t" }', 'its catalog is FakeSource'],
    ['table_identifier_rule { catalog_name = FakeSource, table = t }', 'that it is called t'],
    ['primary_key_rule { primary_key_name = k, primary_key_columns = [id, name] }', 'called pk'],
    ['primary_key_rule { primary_key_name = pk, primary_key_columns = [id] }', 'is (id, name)'],
    [key('INDEX_KEY', 'id'), 'UNIQUE_KEY u (id ASC), but the rule says INDEX_KEY u (id ASC)'],
    [key('UNIQUE_KEY', 'name'), 'u (name ASC)'],
    [key('UNIQUE_KEY', 'id', 'DESC'), 'u (id DESC)'],
    [`column_rule = [${id}]`, 'the rule does not know its column name'],
    [`column_rule = [${id}, ${name}, { name = z, type = int }]`, 'it has no column z'],
    [`column_rule = [{ name = id, type = int }, ${name}]`, 'column id is bigint, not int'],
    [`column_rule = [{ name = id, type = bigint, comment = "the id" }, ${name}]`, 'nullable'],
    [`column_rule = [{ name = id, type = bigint, nullable = false }, ${name}]`, 'comment'],
    [`column_rule = [${id}, { name = name, type = string, default_value = x }]`, 'length'],
    [`column_rule = [${id}, { name = name, type = string, column_length = 10 }]`, 'default'],
  ])('does not hold: %s', async (rule, sentence) => {
    const failure = await check(rule)
    expect(failure).toStartWith('AST-003 Assert: table db.t: ')
    expect(failure).toContain(sentence)
  })

  test('a table without keys breaks rules about keys', async () => {
    const bare = tableOf({ id: 'int' })
    const rule = 'primary_key_rule { primary_key_name = pk, primary_key_columns = [id] }'
    expect(await run(`catalog_table_rule { ${rule} }`, [bare], [[]])).toContain('no primary key')
    expect(await run(`catalog_table_rule { ${key('UNIQUE_KEY', 'id')} }`, [bare], [[]])).toContain(
      'its constraint keys are none',
    )
  })
})
