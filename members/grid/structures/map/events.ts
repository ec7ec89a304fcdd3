import { ByteSink, type ByteSource } from '../../bytes/index.ts'
import type { FragmentTurn } from '../structure.ts'
import type { MapState } from './state.ts'

/** Hazelcast's types of events, as bits. */
export const MapEventType = {
  added: 1,
  removed: 2,
  updated: 4,
  evicted: 8,
  expired: 16,
  evictAll: 32,
  clearAll: 64,
  merged: 128,
  invalidation: 256,
  loaded: 512,
} as const

/**
 * Every change is told twice: short, for those who want no values and have no predicate (and for
 * near caches), and long. A listener gets one of the two.
 */
export const EventForm = { short: 0, long: 1, partition: 2 } as const

/** A change as it is told; the bytes are views of the message. */
export interface MapEvent {
  readonly form: number
  /** One of MapEventType. */
  readonly type: number
  readonly partition: number
  /** Of the state that tells, with the number of the change in it. */
  readonly invalidationId: number
  readonly invalidation: number
  /** Entries, for events about the whole map. */
  readonly count: number
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
  readonly oldValue: Uint8Array | undefined
}

const HAS_KEY = 1
const HAS_VALUE = 2
const HAS_OLD_VALUE = 4

const sink = new ByteSink()

const encodeEvent = (event: MapEvent): Uint8Array => {
  sink.reset()
  sink.u8(event.form)
  sink.u16(event.type)
  sink.u32(event.partition)
  sink.u32(event.invalidationId)
  sink.f64(event.invalidation)
  sink.u32(event.count)
  sink.u8(
    (event.key === undefined ? 0 : HAS_KEY) |
      (event.value === undefined ? 0 : HAS_VALUE) |
      (event.oldValue === undefined ? 0 : HAS_OLD_VALUE),
  )
  if (event.key !== undefined) sink.bytes(event.key)
  if (event.value !== undefined) sink.bytes(event.value)
  if (event.oldValue !== undefined) sink.bytes(event.oldValue)
  return sink.copy()
}

export const decodeEvent = (source: ByteSource): MapEvent => {
  const form = source.u8()
  const type = source.u16()
  const partition = source.u32()
  const invalidationId = source.u32()
  const invalidation = source.f64()
  const count = source.u32()
  const has = source.u8()
  const bytesIf = (bit: number) => ((has & bit) === 0 ? undefined : source.bytes())
  return {
    form,
    type,
    partition,
    invalidationId,
    invalidation,
    count,
    key: bytesIf(HAS_KEY),
    value: bytesIf(HAS_VALUE),
    oldValue: bytesIf(HAS_OLD_VALUE),
  }
}

/** What has happened to an entry. */
export interface EntryChange {
  readonly type: number
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
  readonly oldValue: Uint8Array | undefined
}

const about = (state: MapState, form: number, type: number) => ({
  form,
  type,
  partition: state.context.partition,
  invalidationId: state.invalidationId,
  invalidation: state.invalidations,
  count: 1,
  key: undefined,
  value: undefined,
  oldValue: undefined,
})

/** Tells listeners about a change of an entry. */
export const publishChange = (state: MapState, change: EntryChange, turn: FragmentTurn): void => {
  const short = { ...about(state, EventForm.short, change.type), key: change.key }
  turn.publish(encodeEvent(short))
  turn.publish(encodeEvent({ ...short, ...change, form: EventForm.long }))
}

/** Tells near caches that all entries of this partition have changed. */
export const publishPartition = (state: MapState, turn: FragmentTurn): void => {
  turn.publish(encodeEvent(about(state, EventForm.partition, MapEventType.invalidation)))
}

/** Tells listeners about the map as a whole; one partition does it for all. */
export const publishAll = (
  state: MapState,
  type: number,
  count: number,
  turn: FragmentTurn,
): void => {
  turn.publish(encodeEvent({ ...about(state, EventForm.short, type), count }))
  turn.publish(encodeEvent({ ...about(state, EventForm.long, type), count }))
}
