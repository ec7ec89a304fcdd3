import { EngineError } from '../../../../../runtime/errors/index.ts'
import { ByteSource } from '../../../bytes/index.ts'
import { fromData } from '../../../data/index.ts'
import { beginArguments, READS, type MapCaller } from './caller.ts'
import { MapEventType } from '../events.ts'
import { decodeJournalRecord } from '../journal.ts'
import { MAP_SERVICE_ID, MapOperation } from '../operations.ts'

export type JournalEventType = 'added' | 'updated' | 'removed' | 'evicted' | 'expired' | 'loaded'

/** A change of an entry. */
export interface JournalEvent<Key, Value> {
  readonly sequence: number
  readonly timeMs: number
  readonly type: JournalEventType
  readonly key: Key
  readonly value: Value | null
  readonly oldValue: Value | null
}

/** Changes in their order. */
export interface JournalPage<Key, Value> {
  readonly events: readonly JournalEvent<Key, Value>[]
  /** Where to go on. */
  readonly nextSequence: number
  /** Changes between the number asked for and the first event: the ring has forgotten them. */
  readonly lostCount: number
}

export interface JournalReadOptions {
  /** It waits for so many; 1 by default. */
  readonly minSize?: number
  /** 1000 by default. */
  readonly maxSize?: number
  /** Then it answers with what there is; 0, not to wait, by default. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The numbers that a partition has: from the oldest that is kept up to the one before `next`. */
export interface JournalRange {
  readonly oldestSequence: number
  readonly nextSequence: number
}

/**
 * The event journal: the last changes of each partition, in the order in which they were made, by
 * numbers without gaps. A reader that remembers the next number for each partition sees each change
 * once, also after the loss of members, as long as it is not slower than the ring is long.
 * GRD-015 where the settings of the map have none.
 */
export interface JournalCalls<Key, Value> {
  readFromEventJournal(
    partition: number,
    startSequence: number,
    options?: JournalReadOptions,
  ): Promise<JournalPage<Key, Value>>
  eventJournalRange(partition: number): Promise<JournalRange>
}

const TYPES = ['added', 'updated', 'removed', 'evicted', 'expired', 'loaded'] as const

export const createJournalCalls = <Key, Value>(caller: MapCaller): JournalCalls<Key, Value> => {
  const eventOf = (item: Uint8Array, sequence: number): JournalEvent<Key, Value> | undefined => {
    const record = decodeJournalRecord(new ByteSource(item))
    const type = TYPES.find((candidate) => MapEventType[candidate] === record.type)
    if (type === undefined) return undefined
    const valueOf = (data: Uint8Array | undefined) =>
      data === undefined ? null : (fromData(data) as Value)
    return {
      sequence,
      timeMs: record.timeMs,
      type,
      key: fromData(record.key) as Key,
      value: valueOf(record.value),
      oldValue: valueOf(record.oldValue),
    }
  }
  return {
    async readFromEventJournal(partition, startSequence, options = {}) {
      const { minSize = 1, maxSize = 1000, timeoutMs = 0, signal } = options
      if (!(minSize >= 0 && maxSize >= Math.max(1, minSize))) {
        throw new EngineError(
          'GRD-013',
          `From ${minSize} to ${maxSize} events of a journal cannot be read`,
        )
      }
      const sink = beginArguments()
      sink.f64(startSequence)
      sink.u32(minSize)
      sink.u32(maxSize)
      sink.f64(timeoutMs)
      const result = await caller.invoker.invoke({
        serviceId: MAP_SERVICE_ID,
        operation: MapOperation.readJournal,
        name: caller.name,
        partition,
        arguments: sink.copy(),
        isIdempotent: true,
        waitMs: timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      })
      const first = result.f64()
      const events: JournalEvent<Key, Value>[] = []
      let sequence = first
      for (; result.flag(); sequence += 1) {
        const item = result.bytes()
        const event = item.length === 0 ? undefined : eventOf(item, sequence)
        if (event !== undefined) events.push(event)
      }
      return { events, nextSequence: sequence, lostCount: Math.max(0, first - startSequence) }
    },
    async eventJournalRange(partition) {
      beginArguments()
      const partitions = [partition]
      const options = { ...READS, partitions }
      const results = await caller.onPartitions(MapOperation.journalState, options)
      const result = results.get(partition)!
      return { oldestSequence: result.f64(), nextSequence: result.f64() }
    },
  }
}
