import type { PartitionTable } from '../../../members/grid/table/partitionTable.ts'
import type { PartitionRow } from '../../../members/grid/table/row.ts'

/** A table that a test writes by hand. */
export const createFixedTable = (partitionCount: number) => {
  const rows: (PartitionRow | undefined)[] = []
  const listeners: Parameters<PartitionTable['onRow']>[0][] = []
  const handovers: Parameters<PartitionTable['onHandover']>[0][] = []
  const inSync = new Map<number, number>()
  const frozen = new Map<number, number>()
  let promised = 0
  const adopt = (partition: number, row: PartitionRow): void => {
    const previous = rows[partition]
    if (row.version < promised) return
    if (previous !== undefined && previous.version >= row.version) return
    rows[partition] = row
    for (const listener of listeners) listener(partition, row, previous)
  }
  const table: PartitionTable = {
    partitionCount,
    row: (partition) => rows[partition],
    adopt,
    onRow: (listener) => {
      listeners.push(listener)
      return () => {}
    },
    reportInSync: (partition, version) => inSync.set(partition, version),
    reportCompared: () => {},
    onHandover: (listener) => {
      handovers.push(listener)
      return () => {}
    },
    reportFrozen: (partition, version) => frozen.set(partition, version),
    isSafe: () => rows.every((row, id) => inSync.get(id) === row?.version),
    migrationQueueSize: () => 0,
    leave: async () => {},
    needCopies: () => {},
    onMigration: () => () => {},
    onPartitionLost: () => () => {},
    close: () => {},
  }
  return {
    table,
    inSync,
    frozen,
    /** Takes no row of a lower version any more. */
    promise: (version: number) => {
      promised = version
    },
    askHandover: (partition: number, version: number) => {
      for (const listener of handovers) listener(partition, version)
    },
  }
}
