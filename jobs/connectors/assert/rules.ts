import { EngineError } from '../../../runtime/errors/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import type { ASSERT_OPTIONS } from './spec.ts'

export type AssertOptions = OptionsOf<typeof ASSERT_OPTIONS>
export type WrittenRules = AssertOptions['rules']
export type RowRule = NonNullable<WrittenRules['row_rules']>[number]
export type FieldRule = NonNullable<WrittenRules['field_rules']>[number]
export type ValueRule = NonNullable<FieldRule['field_value']>[number]
export type CatalogTableRule = NonNullable<WrittenRules['catalog_table_rule']>

/** What must hold for the rows and the schema of one table. */
export interface TableRules {
  readonly rowRules: readonly RowRule[]
  readonly fieldRules: readonly FieldRule[]
  readonly catalogTableRule: CatalogTableRule | undefined
}

export interface AssertRules {
  /** The rules of each table by its path. */
  readonly tables: ReadonlyMap<string, TableRules>
  /** The tables of which rows must come; undefined when any may. */
  readonly tableNames: readonly string[] | undefined
}

/**
 * Which rules hold for which of the tables at `paths`: those of `tables_configs` for the table they
 * name, else the same rules for each table. A lone entry of `tables_configs` for a table that is
 * not there holds for the fields of every table, as in SeaTunnel. Throws AST-003 when there are
 * several entries and one names a table that is not there, CFG-003 when there is no rule at all.
 */
export const assertRules = (rules: WrittenRules, paths: readonly string[]): AssertRules => {
  const { tables_configs: configs = [], 'table-names': tableNames } = rules
  checkNotEmpty(rules)
  const byPath = new Map<string, TableRules>()
  if (configs.length === 0) {
    for (const path of paths) byPath.set(path, tableRules(rules))
    return { tables: byPath, tableNames }
  }
  for (const config of configs) byPath.set(config.table_path, tableRules(config))
  const missing = configs.find((config) => !paths.includes(config.table_path))
  if (missing === undefined) return { tables: byPath, tableNames }
  if (configs.length > 1) throw unknownTable(missing.table_path, paths)
  const { fieldRules, catalogTableRule } = tableRules(missing)
  for (const path of paths) byPath.set(path, { rowRules: [], fieldRules, catalogTableRule })
  return { tables: byPath, tableNames }
}

const tableRules = (
  written: Pick<WrittenRules, 'row_rules' | 'field_rules' | 'catalog_table_rule'>,
): TableRules => ({
  rowRules: written.row_rules ?? [],
  fieldRules: written.field_rules ?? [],
  catalogTableRule: written.catalog_table_rule,
})

const checkNotEmpty = (rules: WrittenRules): void => {
  const written = [rules.row_rules, rules.field_rules, rules.tables_configs, rules['table-names']]
  if (rules.catalog_table_rule !== undefined) return
  if (written.some((list) => list !== undefined && list.length > 0)) return
  throw new EngineError(
    'CFG-003',
    'Assert: rules is empty; add row_rules, field_rules, catalog_table_rule or table-names.',
  )
}

const unknownTable = (path: string, paths: readonly string[]): EngineError =>
  new EngineError(
    'AST-003',
    `Assert: tables_configs has rules for the table ${path}, but there are only ${paths.join(', ')}.`,
  )
