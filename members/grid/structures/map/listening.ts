import { ByteSink, ByteSource } from '../../bytes/index.ts'
import { fromData, toData } from '../../data/index.ts'
import { compilePredicate, type Matcher, type Predicate } from '../../query/index.ts'
import { decodeEvent, EventForm } from './events.ts'
import { sameData } from './keyText.ts'
import { readLeniently } from './storedEntry.ts'

/** Which events a listener wants. */
export interface ListenerFilter {
  /** Bits of MapEventType. */
  readonly types: number
  readonly includesValue: boolean
  /** Only those about this key. */
  readonly key: Uint8Array | undefined
  /** Only those about entries that match it; of what is removed, as it was. */
  readonly predicate: Predicate | undefined
  /** A near cache wants every change, and to be told when a whole partition has changed. */
  readonly isNearCache: boolean
}

const HAS_KEY = 1
const HAS_PREDICATE = 2
const INCLUDES_VALUE = 4
const IS_NEAR_CACHE = 8

export const encodeFilter = (filter: ListenerFilter): Uint8Array => {
  const sink = new ByteSink()
  sink.u16(filter.types)
  sink.u8(
    (filter.key === undefined ? 0 : HAS_KEY) |
      (filter.predicate === undefined ? 0 : HAS_PREDICATE) |
      (filter.includesValue ? INCLUDES_VALUE : 0) |
      (filter.isNearCache ? IS_NEAR_CACHE : 0),
  )
  if (filter.key !== undefined) sink.bytes(filter.key)
  if (filter.predicate !== undefined) sink.bytes(toData(filter.predicate))
  return sink.copy()
}

interface CompiledFilter extends Omit<ListenerFilter, 'predicate'> {
  readonly matches: Matcher | undefined
}

const decodeFilter = (bytes: Uint8Array): CompiledFilter => {
  const source = new ByteSource(bytes)
  const types = source.u16()
  const flags = source.u8()
  const key = (flags & HAS_KEY) === 0 ? undefined : source.bytes()
  const predicate =
    (flags & HAS_PREDICATE) === 0 ? undefined : (fromData(source.bytes()) as Predicate)
  return {
    types,
    includesValue: (flags & INCLUDES_VALUE) !== 0,
    key,
    matches: predicate === undefined ? undefined : compilePredicate(predicate),
    isNearCache: (flags & IS_NEAR_CACHE) !== 0,
  }
}

/** By the filter's bytes, which stay the same object as long as the listener listens. */
const compiled = new WeakMap<Uint8Array, CompiledFilter>()

const compiledOf = (filter: Uint8Array): CompiledFilter => {
  const known = compiled.get(filter)
  if (known !== undefined) return known
  const made = decodeFilter(filter)
  compiled.set(filter, made)
  return made
}

/** Whether a listener with this filter wants this event. */
export const matchesEvent = (filterBytes: Uint8Array, eventBytes: Uint8Array): boolean => {
  const filter = compiledOf(filterBytes)
  const event = decodeEvent(new ByteSource(eventBytes))
  if (filter.isNearCache) return event.form !== EventForm.long
  const wantsLong = filter.includesValue || filter.matches !== undefined
  if (event.form !== (wantsLong ? EventForm.long : EventForm.short)) return false
  if ((filter.types & event.type) === 0) return false
  const { key } = event
  if (key === undefined) return filter.key === undefined
  if (filter.key !== undefined && !sameData(filter.key, key)) return false
  if (filter.matches === undefined) return true
  const value = event.value ?? event.oldValue
  return filter.matches({
    get key() {
      return readLeniently(key)
    },
    get value() {
      return value === undefined ? null : readLeniently(value)
    },
  })
}
