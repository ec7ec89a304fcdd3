import { ByteSink, type ByteSource } from '../../bytes/index.ts'
import type { ItemChange } from '../itemEvents.ts'

const ADDED = 0
const REMOVED = 1

const sink = new ByteSink()

/** What listeners of a multimap are told. */
export const entryEvent = (change: ItemChange, key: Uint8Array, value: Uint8Array): Uint8Array => {
  sink.reset()
  sink.u8(change === 'added' ? ADDED : REMOVED)
  sink.bytes(key)
  sink.raw(value)
  return sink.copy()
}

export const readEntryEvent = (
  event: ByteSource,
): { readonly change: ItemChange; readonly key: Uint8Array; readonly value: Uint8Array } => ({
  change: event.u8() === ADDED ? 'added' : 'removed',
  key: event.bytes(),
  value: event.rest(),
})
