import { holdersOf, primaryOf } from './row.ts'
import type { TableCopy } from './tableCopy.ts'

/** Of which partitions this member holds everything, as far as it knows. */
export interface WholeCopies {
  /** A backup was compared with its primary. */
  compared(partition: number, isEqual: boolean): void
  all(): readonly number[]
  clear(): void
}

/**
 * A primary has all that there is; a backup has it once it was found equal, and as long as it is a
 * holder, because each change comes to it before it is acknowledged.
 */
export const createWholeCopies = (copy: TableCopy, selfId: () => string): WholeCopies => {
  const whole = new Set<number>()
  copy.onRow((partition, row, previous) => {
    const id = selfId()
    const isHolder = holdersOf(row, Infinity).includes(id)
    const wasHolder = previous !== undefined && holdersOf(previous, Infinity).includes(id)
    if (primaryOf(row) === id) whole.add(partition)
    else if (!isHolder || !wasHolder) whole.delete(partition)
  })
  return {
    compared: (partition, isEqual) => {
      if (isEqual) whole.add(partition)
      else whole.delete(partition)
    },
    all: () => [...whole],
    clear: () => whole.clear(),
  }
}
