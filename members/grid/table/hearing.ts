import { type MigrationEvent, migrationEvents, type PartitionLostEvent } from './events.ts'
import type { Publication, TableStatus } from './messages.ts'
import { isLostIn, primaryOf } from './row.ts'
import { createTableCopy, type TableCopy } from './tableCopy.ts'

/** What a member has heard of the table, and who of its own wants to hear of it. */
export interface Hearing {
  readonly copy: TableCopy
  /** What the active master last told about how far it is. */
  status(): TableStatus | undefined
  /** Takes what the master tells; the master itself takes it too. */
  receive(publication: Publication): void
  onHandover(listener: (partition: number, version: number) => void): () => void
  onMigration(listener: (event: MigrationEvent) => void): () => void
  onPartitionLost(listener: (event: PartitionLostEvent) => void): () => void
  /** This member joins anew. */
  clear(): void
}

interface Listeners<Values extends unknown[]> {
  add(listener: (...values: Values) => void): () => void
  tell(...values: Values): void
}

const createListeners = <Values extends unknown[]>(): Listeners<Values> => {
  const listeners = new Set<(...values: Values) => void>()
  return {
    add: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: (...values) => {
      for (const listener of listeners) listener(...values)
    },
  }
}

export const createHearing = (partitionCount: number, selfId: () => string): Hearing => {
  const copy = createTableCopy(partitionCount)
  const handovers = createListeners<[partition: number, version: number]>()
  const migrations = createListeners<[MigrationEvent]>()
  const losses = createListeners<[PartitionLostEvent]>()
  /** The versions for which this primary was asked to stop. */
  const asked = new Map<number, number>()
  let status: TableStatus | undefined

  copy.onRow((partition, row, previous) => {
    for (const event of migrationEvents(partition, row, previous)) migrations.tell(event)
  })
  return {
    copy,
    status: () => status,
    receive: (publication) => {
      status = publication.status
      for (const { partition, row } of publication.rows) {
        const wasKnown = copy.row(partition) !== undefined
        const isNew = copy.adopt(partition, row)
        // Who comes later has lost nothing.
        if (isNew && wasKnown && isLostIn(row)) losses.tell({ partition, version: row.version })
      }
      for (const { partition, row, isHandover } of publication.rows) {
        const { version } = row
        if (!isHandover || primaryOf(row) !== selfId()) continue
        if (copy.row(partition)?.version !== version || asked.get(partition) === version) continue
        asked.set(partition, version)
        handovers.tell(partition, version)
      }
    },
    onHandover: (listener) => handovers.add(listener),
    onMigration: (listener) => migrations.add(listener),
    onPartitionLost: (listener) => losses.add(listener),
    clear: () => {
      copy.clear()
      asked.clear()
      status = undefined
    },
  }
}
