import { WireFault } from '../../wire/index.ts'
import type { ByteSink, ByteSource } from '../bytes/index.ts'
import { keyOf, type Collection } from './collection.ts'
import type { FragmentCall } from './structure.ts'

/** The operations that queues, lists and sets have in common. */
export const COLLECTION_OPERATIONS = {
  SIZE: 1,
  CONTAINS: 2,
  REMOVE: 3,
  REMOVE_ALL: 4,
  RETAIN_ALL: 5,
  CLEAR: 6,
  ITEMS: 7,
} as const

/** A page of items, or what is drained at once: well below what a message may hold. */
export const PAGE_BYTES = 2 * 1024 * 1024

const OPERATIONS = COLLECTION_OPERATIONS

/** Whether an operation that all collections have changes nothing. */
export const readsCollection = (operation: number): boolean =>
  operation === OPERATIONS.SIZE ||
  operation === OPERATIONS.CONTAINS ||
  operation === OPERATIONS.ITEMS

export const writeValues = (sink: ByteSink, values: readonly Uint8Array[]): void => {
  sink.u32(values.length)
  for (const value of values) sink.bytes(value)
}

/** Views of the source's bytes. */
export const readValues = (source: ByteSource): Uint8Array[] => {
  const values: Uint8Array[] = []
  for (let count = source.u32(); count > 0; count -= 1) values.push(source.bytes())
  return values
}

/** Writes a value that may be missing. */
export const writeOptional = (sink: ByteSink, value: Uint8Array | undefined): void => {
  sink.flag(value !== undefined)
  if (value !== undefined) sink.bytes(value)
}

export const readOptional = (source: ByteSource): Uint8Array | undefined =>
  source.flag() ? source.bytes() : undefined

/** Runs an operation that all collections have. */
export const executeOnCollection = (collection: Collection, call: FragmentCall): void => {
  const { operation, arguments: source, result } = call
  if (operation === OPERATIONS.SIZE) result.u32(collection.length)
  else if (operation === OPERATIONS.CONTAINS) {
    result.flag(readValues(source).every((value) => collection.indexOf(value) >= 0))
  } else if (operation === OPERATIONS.REMOVE) {
    const index = collection.indexOf(source.bytes())
    if (index >= 0) collection.removeAt(index, call)
    result.flag(index >= 0)
  } else if (operation === OPERATIONS.REMOVE_ALL) result.flag(removeEach(collection, call, true))
  else if (operation === OPERATIONS.RETAIN_ALL) result.flag(removeEach(collection, call, false))
  else if (operation === OPERATIONS.CLEAR) collection.removeAll(call)
  else if (operation === OPERATIONS.ITEMS) {
    const next = collection.page(source.f64(), result, PAGE_BYTES)
    result.flag(false)
    result.f64(next ?? 0)
  } else throw new WireFault(`A collection has no operation ${operation}`)
}

/** Removes all that are among the given values, or all that are not; whether that changed anything. */
const removeEach = (collection: Collection, call: FragmentCall, areGiven: boolean): boolean => {
  const given = new Set(readValues(call.arguments).map(keyOf))
  const before = collection.length
  // From the end, where taking one out moves few others.
  for (let index = before - 1; index >= 0; index -= 1) {
    if (given.has(keyOf(collection.at(index))) === areGiven) collection.removeAt(index, call)
  }
  return collection.length < before
}
