import { EngineError } from '../../../runtime/errors/index.ts'
import {
  formatType,
  parseType,
  sameType,
  type Column,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import type { CatalogTableRule } from './rules.ts'

/** Throws AST-003 when the schema is not what the rule says. */
export const checkCatalogTable = (table: TableSchema, rule: CatalogTableRule): void => {
  const fail = (sentence: string): never => {
    throw new EngineError('AST-003', `Assert: table ${table.path}: ${sentence}.`)
  }
  checkIdentifier(table, rule.table_identifier_rule, fail)
  checkPrimaryKey(table, rule.primary_key_rule, fail)
  checkConstraintKeys(table, rule.constraint_key_rule, fail)
  checkColumns(table, rule.column_rule, fail)
}

type Fail = (sentence: string) => never

const checkIdentifier = (
  table: TableSchema,
  rule: CatalogTableRule['table_identifier_rule'],
  fail: Fail,
): void => {
  if (rule === undefined) return
  if (table.catalog !== rule.catalog_name) {
    fail(`its catalog is ${table.catalog}, but the rule says ${rule.catalog_name}`)
  }
  if (table.path !== rule.table) fail(`the rule says that it is called ${rule.table}`)
}

const checkPrimaryKey = (
  table: TableSchema,
  rule: CatalogTableRule['primary_key_rule'],
  fail: Fail,
): void => {
  if (rule === undefined) return
  const key = table.primaryKey
  if (key === undefined) return fail('it has no primary key')
  const { primary_key_name: name, primary_key_columns: columns } = rule
  if (name !== undefined && key.name !== name) {
    fail(`its primary key is called ${key.name}, but the rule says ${name}`)
  }
  if (columns !== undefined && columns.length > 0 && !sameSet(key.columnNames, columns)) {
    fail(`its primary key is (${key.columnNames.join(', ')}), not (${columns.join(', ')})`)
  }
}

const checkConstraintKeys = (
  table: TableSchema,
  rules: CatalogTableRule['constraint_key_rule'],
  fail: Fail,
): void => {
  if (rules === undefined) return
  const actual = (table.constraintKeys ?? []).map(({ kind, name, columns }) =>
    keyText(kind, name, columns),
  )
  const expected = rules.map((rule) =>
    keyText(
      rule.constraint_key_type,
      rule.constraint_key_name,
      rule.constraint_key_columns.map((column) => ({
        name: column.constraint_key_column_name,
        sort: column.constraint_key_sort_type,
      })),
    ),
  )
  if (!sameSet(actual, expected)) {
    fail(`its constraint keys are ${listText(actual)}, but the rule says ${listText(expected)}`)
  }
}

const keyText = (
  kind: string,
  name: string,
  columns: readonly { readonly name: string; readonly sort?: string | undefined }[],
): string => {
  const parts = columns.map((column) => `${column.name} ${column.sort ?? 'ASC'}`)
  return `${kind} ${name} (${parts.join(', ')})`
}

const checkColumns = (
  table: TableSchema,
  rules: CatalogTableRule['column_rule'],
  fail: Fail,
): void => {
  if (rules === undefined) return
  for (const rule of rules) {
    const column = table.columns.find(({ name }) => name === rule.name)
    if (column === undefined) fail(`it has no column ${rule.name}`)
    else checkColumn(column, rule, fail)
  }
  for (const { name } of table.columns) {
    if (!rules.some((rule) => rule.name === name)) fail(`the rule does not know its column ${name}`)
  }
}

type ColumnRule = NonNullable<CatalogTableRule['column_rule']>[number]

type Fact = string | number | boolean

const checkColumn = (column: Column, rule: ColumnRule, fail: Fail): void => {
  const type = parseType(rule.type)
  const facts: readonly (readonly [string, Fact, Fact])[] = [
    ['length', column.columnLength ?? 0, rule.column_length ?? 0],
    ['nullable', column.nullable, rule.nullable],
    ['default', textOf(column.defaultValue), textOf(rule.default_value)],
    ['comment', column.comment ?? '', rule.comment ?? ''],
  ]
  if (!sameType(column.type, type)) {
    fail(`column ${column.name} is ${formatType(column.type)}, not ${formatType(type)}`)
  }
  for (const [name, actual, expected] of facts) {
    if (actual === expected) continue
    fail(`column ${column.name}: ${name} is "${actual}", but the rule says "${expected}"`)
  }
}

/** Default values are compared as text: 0 and "0" mean the same. */
const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)

const sameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.toSorted().join('\n') === right.toSorted().join('\n')

const listText = (items: readonly string[]): string =>
  items.length === 0 ? 'none' : items.join('; ')
