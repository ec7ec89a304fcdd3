import type { Grid } from '../../../members/grid/index.ts'
import { RowKind, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import {
  ReadSignal,
  type ConnectorContext,
  type SourceReader,
  type Split,
  type SplitEnumerator,
} from '../contract.ts'
import { openGrid } from './access.ts'
import { batchOfEntries } from './rows.ts'
import type { GridMapSourceOptions } from './spec.ts'

/** Partitions of the map that are read as one split. */
const PARTITIONS_PER_SPLIT = 16

/** Splits of some partitions each, handed out one by one. */
export const createEntriesEnumerator = (
  options: GridMapSourceOptions,
  context: ConnectorContext,
): SplitEnumerator => {
  let waiting: Split[] = []
  let handedOut = 0
  let splitCount = 0
  return {
    open: async () => {
      const grid = await openGrid(options, context)
      const { partitionCount } = grid
      await grid.close()
      const all: Split[] = []
      for (let next = 0; next < partitionCount; next += PARTITIONS_PER_SPLIT) {
        const end = Math.min(next + PARTITIONS_PER_SPLIT, partitionCount)
        all.push({ id: `partitions-${next}`, next, end })
      }
      splitCount = all.length
      waiting = all.slice(handedOut)
    },
    next: () => {
      const split = waiting.shift()
      if (split === undefined) return null
      handedOut += 1
      return split
    },
    giveBack: (splits) => void waiting.unshift(...splits),
    snapshot: () => ({ handedOut: splitCount - waiting.length }),
    restore: (state) => {
      handedOut = (state as { readonly handedOut: number }).handedOut
    },
    get splitCount() {
      return splitCount
    },
    close: () => Promise.resolve(),
  }
}

/**
 * Reads what the map holds, a batch for each partition. After a restart it goes on with the next
 * partition; what has changed meanwhile in those before is not seen.
 */
export const createEntriesReader = (
  options: GridMapSourceOptions,
  table: TableSchema,
  context: ConnectorContext,
): SourceReader => {
  let grid: Grid | null = null
  let split: Split | null = null
  return {
    open: async () => {
      grid = await openGrid(options, context)
    },
    startSplit: (started) => {
      split = started
    },
    read: async (): Promise<Batch | ReadSignal> => {
      while (split !== null && Number(split['next']) < Number(split['end'])) {
        const partition = Number(split['next'])
        const entries = await grid!.map(options.map).partitionEntries(partition)
        split = { ...split, next: partition + 1 }
        if (entries.length === 0) continue
        const rows = entries.map(([key, value]) => ({ key, value, kind: RowKind.insert }))
        return batchOfEntries(table, rows)
      }
      split = null
      return ReadSignal.splitDone
    },
    snapshot: () => split,
    close: async () => {
      await grid?.close()
      grid = null
    },
  }
}
