import { ByteSink, type ByteSource } from '../bytes/index.ts'

export type ItemChange = 'added' | 'removed'

const ADDED = 0
const REMOVED = 1

const sink = new ByteSink()

/** What listeners of a collection are told. */
export const itemEvent = (change: ItemChange, value: Uint8Array): Uint8Array => {
  sink.reset()
  sink.u8(change === 'added' ? ADDED : REMOVED)
  sink.raw(value)
  return sink.copy()
}

export const readItemEvent = (
  event: ByteSource,
): { readonly change: ItemChange; readonly value: Uint8Array } => ({
  change: event.u8() === ADDED ? 'added' : 'removed',
  value: event.rest(),
})
