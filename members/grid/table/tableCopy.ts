import { digestOf } from './messages.ts'
import { EPOCH_STRIDE, LIFE_STRIDE, type PartitionRow } from './row.ts'

export type RowListener = (
  partition: number,
  row: PartitionRow,
  previous: PartitionRow | undefined,
) => void

/** The rows that a member or client knows: of each partition the newest that it was told. */
export interface TableCopy {
  readonly partitionCount: number
  row(partition: number): PartitionRow | undefined
  rows(): readonly (PartitionRow | undefined)[]
  /** Takes a row if it is newer; tells whether it was. */
  adopt(partition: number, row: PartitionRow): boolean
  /**
   * Called once for each change, in the order of the changes, also when a listener makes the next.
   * Returns how to stop it.
   */
  onRow(listener: RowListener): () => void
  /** From now on no row of an epoch before this one is taken. */
  promise(epoch: number): void
  isComplete(): boolean
  digest(): number
  /** Forgets all, the promise too, without a word. */
  clear(): void
}

interface Change {
  readonly partition: number
  readonly row: PartitionRow
  readonly previous: PartitionRow | undefined
}

export const createTableCopy = (partitionCount: number): TableCopy => {
  const rows: (PartitionRow | undefined)[] = Array.from({ length: partitionCount }, () => undefined)
  const listeners = new Set<RowListener>()
  const changes: Change[] = []
  let isTelling = false
  /** Within the life of the cluster, which a member that comes anew does not know. */
  let versionMin = 0
  let knownCount = 0
  let digest: number | undefined

  const tell = (): void => {
    if (isTelling) return
    isTelling = true
    try {
      for (let change = changes.shift(); change !== undefined; change = changes.shift()) {
        const { partition, row, previous } = change
        for (const listener of listeners) listener(partition, row, previous)
      }
    } finally {
      isTelling = false
    }
  }
  return {
    partitionCount,
    row: (partition) => rows[partition],
    rows: () => rows,
    adopt: (partition, row) => {
      const previous = rows[partition]
      if (row.version % LIFE_STRIDE < versionMin || row.version <= (previous?.version ?? -1))
        return false
      rows[partition] = row
      digest = undefined
      if (previous === undefined) knownCount += 1
      changes.push({ partition, row, previous })
      tell()
      return true
    },
    onRow: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    promise: (epoch) => {
      versionMin = Math.max(versionMin, epoch * EPOCH_STRIDE)
    },
    isComplete: () => knownCount === partitionCount,
    digest: () => (digest ??= digestOf(rows)),
    clear: () => {
      rows.fill(undefined)
      changes.length = 0
      versionMin = 0
      knownCount = 0
      digest = undefined
    },
  }
}
