import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { SinkWriter } from '../contract.ts'
import { checkCatalogTable } from './catalogTable.ts'
import { fieldChecks } from './fieldChecks.ts'
import { assertRules, type AssertOptions } from './rules.ts'

/** Rows by the path of their table. */
export type TableCounts = { readonly [table: string]: number }

/** Throws AST-003 when a schema is not as the rules say. */
export const checkTables = (options: AssertOptions, tables: readonly TableSchema[]): void => {
  const rules = assertRules(options.rules, pathsOf(tables))
  for (const table of tables) {
    const rule = rules.tables.get(table.path)?.catalogTableRule
    if (rule !== undefined) checkCatalogTable(table, rule)
  }
}

export const pathsOf = (tables: readonly TableSchema[]): string[] =>
  tables.map((table) => table.path)

/**
 * Checks the fields of each row as it comes. Rows are counted only: what all writers of the job
 * counted together is judged by the committer. The counts are part of the writer's state, so that
 * a restored job counts each row once.
 */
export const createAssertWriter = (
  options: AssertOptions,
  tables: readonly TableSchema[],
): SinkWriter => {
  checkTables(options, tables)
  const rules = assertRules(options.rules, pathsOf(tables))
  const checksOfTable = new Map(
    tables.map((table) => [
      table.path,
      fieldChecks(table, rules.tables.get(table.path)?.fieldRules ?? []),
    ]),
  )
  const counts = new Map<string, number>()
  const countsNow = (): TableCounts => Object.fromEntries(counts)

  return {
    open(state) {
      for (const restored of state as readonly TableCounts[]) {
        for (const [table, count] of Object.entries(restored)) {
          counts.set(table, (counts.get(table) ?? 0) + count)
        }
      }
      return Promise.resolve()
    },
    write(batch) {
      const { path } = batch.table
      counts.set(path, (counts.get(path) ?? 0) + batch.rowCount)
      for (const check of checksOfTable.get(path) ?? []) check(batch)
    },
    prepareCommit: (checkpointId) => Promise.resolve([{ checkpointId, counts: countsNow() }]),
    snapshot: () => [countsNow()],
    close: () => Promise.resolve(),
  }
}
