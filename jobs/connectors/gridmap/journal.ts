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
import { batchOfEntries, type EntryRow } from './rows.ts'
import type { GridMapSourceOptions } from './spec.ts'

/** By partition of the map: the number of the next change to read, -1 where none was read yet. */
type Positions = { readonly [partition: string]: number }

const positionsOf = ({ positions }: Split): Positions => positions as Positions

/**
 * One split for each reader, with every so many-th partition: a journal has no end, so a reader cannot
 * take another split when it is done with one. A restore deals the partitions out anew.
 */
export const createJournalEnumerator = (
  options: GridMapSourceOptions,
  context: ConnectorContext,
): SplitEnumerator => {
  const { parallelism } = context
  const handedOut = new Set<number>()
  let positions: Positions = {}
  return {
    open: async () => {
      const grid = await openGrid(options, context)
      const all: Record<string, number> = {}
      for (let partition = 0; partition < grid.partitionCount; partition += 1) all[partition] = -1
      positions = all
      await grid.close()
    },
    next: (reader) => {
      if (reader >= parallelism || handedOut.has(reader)) return null
      handedOut.add(reader)
      const own = Object.entries(positions).filter(
        ([partition]) => Number(partition) % parallelism === reader,
      )
      return { id: `journal-${reader}`, positions: Object.fromEntries(own) }
    },
    giveBack: (splits) => {
      positions = Object.assign({}, positions, ...splits.map(positionsOf)) as Positions
    },
    snapshot: () => null,
    restore: () => undefined,
    splitCount: parallelism,
    close: () => Promise.resolve(),
  }
}

const CHANGES_MAX = 256

const kindOf = (type: string): RowKind => {
  if (type === 'added' || type === 'loaded') return RowKind.insert
  return type === 'updated' ? RowKind.updateAfter : RowKind.delete
}

/** Reads the changes of its partitions in turn; the position is exact to the change. */
export const createJournalReader = (
  options: GridMapSourceOptions,
  table: TableSchema,
  context: ConnectorContext,
): SourceReader => {
  let grid: Grid | null = null
  let split: Split | null = null
  let positions: Record<string, number> = {}
  let turn = 0

  const startOf = async (partition: number): Promise<number> => {
    const range = await grid!.map(options.map).eventJournalRange(partition)
    return options.start === 'latest' ? range.nextSequence : range.oldestSequence
  }
  const readPartition = async (partition: string): Promise<EntryRow[]> => {
    const number = Number(partition)
    const at = positions[partition]!
    const start = at < 0 ? await startOf(number) : at
    const map = grid!.map(options.map)
    const page = await map.readFromEventJournal(number, start, { maxSize: CHANGES_MAX })
    if (page.lostCount > 0) {
      context.log('warn', `${page.lostCount} changes are lost: the journal is too short`)
    }
    positions[partition] = page.nextSequence
    return page.events.map(({ key, value, type }) => ({ key, value, kind: kindOf(type) }))
  }
  return {
    open: async () => {
      grid = await openGrid(options, context)
    },
    startSplit: (started) => {
      split = started
      positions = { ...positionsOf(started) }
    },
    read: async (): Promise<Batch | ReadSignal> => {
      const partitions = Object.keys(positions)
      for (let looked = 0; looked < partitions.length; looked += 1) {
        const rows = await readPartition(partitions[turn % partitions.length]!)
        turn += 1
        if (rows.length > 0) return batchOfEntries(table, rows)
      }
      return ReadSignal.idle
    },
    snapshot: () => (split === null ? null : { id: split.id, positions: { ...positions } }),
    close: async () => {
      await grid?.close()
      grid = null
    },
  }
}
