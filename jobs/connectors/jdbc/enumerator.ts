import type { ConnectorContext, Split, SplitEnumerator } from '../contract.ts'
import type { SplitPosition } from './positions.ts'
import { withSession } from './session.ts'
import { describeSource } from './sourceTables.ts'
import type { JdbcSourceOptions } from './spec.ts'
import { planSplits, type SplitRange } from './splits.ts'
import type { Target } from './urls.ts'

export interface JdbcSplit {
  readonly id: string
  /** Which of the source's tables. */
  readonly table: number
  readonly range: SplitRange
  readonly position: SplitPosition | null
}

/** Interfaces have no index signature, which a split needs to count as JSON. */
export const asSplit = (split: JdbcSplit): Split => split as unknown as Split
export const splitOf = (split: Split): JdbcSplit => split as unknown as JdbcSplit

/** Cuts all tables into splits when it opens, and hands them out in order. */
export const createJdbcEnumerator = (
  options: JdbcSourceOptions,
  target: Target,
  context: ConnectorContext,
): SplitEnumerator => {
  let pending: Split[] = []
  let found = 0
  let isRestored = false

  return {
    open: async () => {
      if (isRestored) return
      await withSession(context.host, target, async (session) => {
        const tables = await describeSource(session, options)
        for (const [index, table] of tables.entries()) {
          const ranges = await planSplits(session, table, options, context.parallelism)
          ranges.forEach((range, number) => {
            const id = `${index}:${table.schema.path}:${number}`
            pending.push(asSplit({ id, table: index, range, position: null }))
          })
        }
      })
      found = pending.length
    },
    next: () => pending.shift() ?? null,
    giveBack: (splits) => {
      pending = [...splits, ...pending]
    },
    snapshot: () => ({ pending, found }),
    restore: (state) => {
      const saved = state as { readonly pending: readonly Split[]; readonly found: number }
      pending = [...saved.pending]
      found = saved.found
      isRestored = true
    },
    get splitCount() {
      return found
    },
    close: async () => {},
  }
}
