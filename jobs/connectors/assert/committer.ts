import { EngineError } from '../../../runtime/errors/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { SinkCommitter } from '../contract.ts'
import { assertRules, type AssertOptions, type AssertRules, type RowRule } from './rules.ts'
import { pathsOf, type TableCounts } from './writer.ts'

/** What a writer sends with a checkpoint: all rows it has counted since the job began. */
interface CountInfo {
  readonly checkpointId: number
  readonly counts: TableCounts
}

/**
 * Sums what the writers counted. MAX_ROW is judged at every checkpoint, since rows only become
 * more; MIN_ROW and the names of the tables when the job has ended by itself.
 */
export const createAssertCommitter = (
  options: AssertOptions,
  tables: readonly TableSchema[],
): SinkCommitter => {
  const rules = assertRules(options.rules, pathsOf(tables))
  let checkpointId = Number.NEGATIVE_INFINITY
  let totals: ReadonlyMap<string, number> = new Map()

  return {
    commit(infos) {
      const counted = infos as unknown as readonly CountInfo[]
      const newest = Math.max(...counted.map((info) => info.checkpointId))
      if (newest >= checkpointId) {
        checkpointId = newest
        totals = sum(counted.filter((info) => info.checkpointId === newest))
      }
      return settle(() => checkRowRules(rules, totals, ['MAX_ROW']))
    },
    abort: () => Promise.resolve(),
    finish: () =>
      settle(() => {
        checkRowRules(rules, totals, ['MAX_ROW', 'MIN_ROW'])
        checkTableNames(rules, totals)
      }),
    close: () => Promise.resolve(),
  }
}

const settle = (check: () => void): Promise<void> =>
  new Promise((resolve) => {
    check()
    resolve()
  })

const sum = (infos: readonly CountInfo[]): ReadonlyMap<string, number> => {
  const totals = new Map<string, number>()
  for (const { counts } of infos) {
    for (const [table, count] of Object.entries(counts)) {
      totals.set(table, (totals.get(table) ?? 0) + count)
    }
  }
  return totals
}

const checkRowRules = (
  rules: AssertRules,
  totals: ReadonlyMap<string, number>,
  ruleTypes: readonly string[],
): void => {
  for (const [table, { rowRules }] of rules.tables) {
    const count = totals.get(table) ?? 0
    for (const rule of rowRules) {
      if (!ruleTypes.includes(rule.rule_type) || holds(rule, count)) continue
      throw new EngineError(
        'AST-002',
        `Assert: ${count} rows came of table ${table}, which breaks the rule ` +
          `${rule.rule_type} ${rule.rule_value}.`,
      )
    }
  }
}

const holds = (rule: RowRule, count: number): boolean =>
  rule.rule_type === 'MAX_ROW' ? count <= rule.rule_value : count >= rule.rule_value

const checkTableNames = (rules: AssertRules, totals: ReadonlyMap<string, number>): void => {
  if (rules.tableNames === undefined || rules.tableNames.length === 0) return
  const came = [...totals.keys()].toSorted().join(', ')
  const expected = [...new Set(rules.tableNames)].toSorted().join(', ')
  if (came === expected) return
  throw new EngineError(
    'AST-004',
    `Assert: rows came of the tables ${came || '(none)'}, but table-names says ${expected}.`,
  )
}
