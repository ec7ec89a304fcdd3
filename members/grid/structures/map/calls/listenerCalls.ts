import type { ByteSource } from '../../../bytes/index.ts'
import { fromData } from '../../../data/index.ts'
import type { Subscription } from '../../../operations/index.ts'
import { compilePredicate, type Predicate } from '../../../query/index.ts'
import { dataOf, type MapCaller } from './caller.ts'
import { decodeEvent, MapEventType, type MapEvent } from '../events.ts'
import { encodeFilter } from '../listening.ts'
import { MAP_SERVICE_ID } from '../operations.ts'

/** What has happened to an entry. Values are null where there are none, or were not asked for. */
export interface EntryEvent<Key, Value> {
  readonly name: string
  readonly key: Key
  readonly value: Value | null
  readonly oldValue: Value | null
}

/** What has happened to the map as a whole. */
export interface MapWideEvent {
  readonly name: string
  readonly numberOfAffectedEntries: number
}

/** What a listener is told; it is told only what it has a function for. */
export interface EntryListener<Key, Value> {
  readonly added?: (event: EntryEvent<Key, Value>) => void
  readonly updated?: (event: EntryEvent<Key, Value>) => void
  readonly removed?: (event: EntryEvent<Key, Value>) => void
  /** To make room, or by `evict`. */
  readonly evicted?: (event: EntryEvent<Key, Value>) => void
  /** Its time was over. */
  readonly expired?: (event: EntryEvent<Key, Value>) => void
  /** It came from the other side of a split. */
  readonly merged?: (event: EntryEvent<Key, Value>) => void
  /** It came from the external store. */
  readonly loaded?: (event: EntryEvent<Key, Value>) => void
  readonly mapEvicted?: (event: MapWideEvent) => void
  readonly mapCleared?: (event: MapWideEvent) => void
}

export interface ListenerOptions<Key> {
  /** Only events about this key. */
  readonly key?: Key
  /** Only events about entries that match; of what is removed, as it was. */
  readonly predicate?: Predicate
  /** Events carry the values; true by default. */
  readonly includeValue?: boolean
}

/**
 * Listeners are told after a change is replicated, in order for each key. What happens while
 * a connection is broken is not told: whoever must see every change reads the event journal.
 */
export interface ListenerCalls<Key, Value> {
  addEntryListener(
    listener: EntryListener<Key, Value>,
    options?: ListenerOptions<Key>,
  ): Promise<Subscription>
}

const ENTRY_TYPES = [
  'added',
  'updated',
  'removed',
  'evicted',
  'expired',
  'merged',
  'loaded',
] as const

const typesOf = <Key, Value>(listener: EntryListener<Key, Value>): number => {
  let types = 0
  for (const name of ENTRY_TYPES) if (listener[name] !== undefined) types |= MapEventType[name]
  if (listener.mapEvicted !== undefined) types |= MapEventType.evictAll
  if (listener.mapCleared !== undefined) types |= MapEventType.clearAll
  return types
}

const tell = <Key, Value>(
  listener: EntryListener<Key, Value>,
  name: string,
  event: MapEvent,
): void => {
  const wide = { name, numberOfAffectedEntries: event.count }
  if (event.type === MapEventType.evictAll) return listener.mapEvicted?.(wide)
  if (event.type === MapEventType.clearAll) return listener.mapCleared?.(wide)
  const type = ENTRY_TYPES.find((candidate) => MapEventType[candidate] === event.type)
  if (type === undefined || event.key === undefined) return undefined
  const valueOf = (data: Uint8Array | undefined) =>
    data === undefined ? null : (fromData(data) as Value)
  return listener[type]?.({
    name,
    key: fromData(event.key) as Key,
    value: valueOf(event.value),
    oldValue: valueOf(event.oldValue),
  })
}

export const createListenerCalls = <Key, Value>(caller: MapCaller): ListenerCalls<Key, Value> => {
  const { invoker, name } = caller
  return {
    async addEntryListener(listener, { key, predicate, includeValue = true } = {}) {
      if (predicate !== undefined) compilePredicate(predicate)
      const filter = encodeFilter({
        types: typesOf(listener),
        includesValue: includeValue,
        key: key === undefined ? undefined : dataOf(key, 'key', name),
        predicate,
        isNearCache: false,
      })
      const bare = { value: undefined, oldValue: undefined }
      return invoker.subscribe(MAP_SERVICE_ID, name, filter, (source: ByteSource) => {
        const event = decodeEvent(source)
        tell(listener, name, includeValue ? event : { ...event, ...bare })
      })
    },
  }
}
