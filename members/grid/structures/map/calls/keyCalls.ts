import type { ByteSource } from '../../../bytes/index.ts'
import { fromData } from '../../../data/index.ts'
import {
  argumentsFor,
  dataOf,
  READS,
  readValue,
  writeArgumentsFor,
  writeDataOf,
  writeLifetime,
  type EntryLifetime,
  type MapCaller,
} from './caller.ts'
import { MapOperation } from '../operations.ts'

/** An entry with what is known about it; times are milliseconds since 1970, 0 for never. */
export interface EntryView<Key, Value> {
  readonly key: Key
  readonly value: Value
  /** Bytes of key and value. */
  readonly costBytes: number
  /** Reads, where the map counts them. */
  readonly hits: number
  /** Writes after the first. */
  readonly version: number
  readonly creationTimeMs: number
  readonly lastUpdateTimeMs: number
  readonly lastAccessTimeMs: number
  readonly expirationTimeMs: number
  /** 0 for ever. */
  readonly ttlMs: number
  readonly maxIdleMs: number
}

/** What can be done with one key. Null stands for: there is none. */
export interface KeyCalls<Key, Value> {
  get(key: Key): Promise<Value | null>
  containsKey(key: Key): Promise<boolean>
  /** Answers with the value before. */
  put(key: Key, value: Value, lifetime?: EntryLifetime): Promise<Value | null>
  set(key: Key, value: Value, lifetime?: EntryLifetime): Promise<void>
  /** Answers with the value that was there already. */
  putIfAbsent(key: Key, value: Value, lifetime?: EntryLifetime): Promise<Value | null>
  /** As `set`, but the map's external store does not get it. */
  putTransient(key: Key, value: Value, lifetime?: EntryLifetime): Promise<void>
  /** As `set`, but it waits only so long for the lock of the key; answers whether it was done. */
  tryPut(key: Key, value: Value, timeoutMs: number): Promise<boolean>
  /** Changes an entry that is there; answers with the value before. */
  replace(key: Key, value: Value): Promise<Value | null>
  replaceIfSame(key: Key, expected: Value, value: Value): Promise<boolean>
  /** Answers with the value before. */
  remove(key: Key): Promise<Value | null>
  removeIfSame(key: Key, expected: Value): Promise<boolean>
  delete(key: Key): Promise<void>
  tryRemove(key: Key, timeoutMs: number): Promise<boolean>
  /** Takes the entry out of memory unless its key is locked; answers whether it was done. */
  evict(key: Key): Promise<boolean>
  /** From now on it lives so long; answers whether the entry is there. */
  setTtl(key: Key, ttlMs: number): Promise<boolean>
  getEntryView(key: Key): Promise<EntryView<Key, Value> | null>
}

/** The shapes that calls on one key have. */
const createShapes = (caller: MapCaller) => {
  const keyData = (key: unknown): Uint8Array => dataOf(key, 'key', caller.name)
  const valueData = (value: unknown): Uint8Array => dataOf(value, 'value', caller.name)
  return {
    read(operation: number, key: unknown) {
      const bytes = keyData(key)
      argumentsFor(bytes)
      return caller.onKey(operation, bytes, READS)
    },
    change(operation: number, key: unknown) {
      const bytes = keyData(key)
      writeArgumentsFor(caller, bytes)
      return caller.onKey(operation, bytes)
    },
    write(operation: number, key: unknown, value: unknown, lifetime?: EntryLifetime) {
      const bytes = keyData(key)
      const sink = writeArgumentsFor(caller, bytes)
      writeDataOf(value, sink, caller.name)
      writeLifetime(lifetime, sink)
      return caller.onKey(operation, bytes)
    },
    async compare(operation: number, key: unknown, values: readonly unknown[]) {
      const bytes = keyData(key)
      const valuesBytes = values.map(valueData)
      const sink = writeArgumentsFor(caller, bytes)
      for (const valueBytes of valuesBytes) sink.bytes(valueBytes)
      return (await caller.onKey(operation, bytes)).flag()
    },
    async attempt(operation: number, key: unknown, timeoutMs: number, values: readonly unknown[]) {
      const bytes = keyData(key)
      const valuesBytes = values.map(valueData)
      const sink = writeArgumentsFor(caller, bytes)
      for (const valueBytes of valuesBytes) sink.bytes(valueBytes)
      sink.f64(timeoutMs)
      return (await caller.onKey(operation, bytes, { waitMs: timeoutMs })).flag()
    },
    async setTtl(key: unknown, ttlMs: number) {
      const bytes = keyData(key)
      writeLifetime({ ttlMs }, writeArgumentsFor(caller, bytes))
      return (await caller.onKey(MapOperation.setTtl, bytes)).flag()
    },
    async evict(key: unknown) {
      const bytes = keyData(key)
      argumentsFor(bytes)
      return (await caller.onKey(MapOperation.evict, bytes)).flag()
    },
  }
}

const viewOf = <Key, Value>(key: Key, result: ByteSource): EntryView<Key, Value> | null => {
  if (!result.flag()) return null
  return {
    key,
    value: fromData(result.bytes()) as Value,
    costBytes: result.u32(),
    hits: result.u32(),
    version: result.u32(),
    creationTimeMs: result.f64(),
    lastUpdateTimeMs: result.f64(),
    lastAccessTimeMs: result.f64(),
    expirationTimeMs: result.f64(),
    ttlMs: result.f64(),
    maxIdleMs: result.f64(),
  }
}

export const createKeyCalls = <Key, Value>(caller: MapCaller): KeyCalls<Key, Value> => {
  const { read, change, write, compare, attempt, setTtl, evict } = createShapes(caller)
  const valueOf = async (result: Promise<ByteSource>): Promise<Value | null> =>
    readValue(await result) as Value | null
  return {
    get: (key) => valueOf(read(MapOperation.get, key)),
    containsKey: async (key) => (await read(MapOperation.containsKey, key)).flag(),
    put: (key, value, lifetime) => valueOf(write(MapOperation.put, key, value, lifetime)),
    async set(key, value, lifetime) {
      await write(MapOperation.set, key, value, lifetime)
    },
    putIfAbsent: (key, value, lifetime) =>
      valueOf(write(MapOperation.putIfAbsent, key, value, lifetime)),
    async putTransient(key, value, lifetime) {
      await write(MapOperation.putTransient, key, value, lifetime)
    },
    tryPut: (key, value, timeoutMs) => attempt(MapOperation.tryPut, key, timeoutMs, [value]),
    replace: (key, value) => valueOf(write(MapOperation.replace, key, value)),
    replaceIfSame: (key, expected, value) =>
      compare(MapOperation.replaceIfSame, key, [expected, value]),
    remove: (key) => valueOf(change(MapOperation.remove, key)),
    removeIfSame: (key, expected) => compare(MapOperation.removeIfSame, key, [expected]),
    async delete(key) {
      await change(MapOperation.delete, key)
    },
    tryRemove: (key, timeoutMs) => attempt(MapOperation.tryRemove, key, timeoutMs, []),
    evict,
    setTtl,
    getEntryView: async (key) => viewOf(key, await read(MapOperation.getEntryView, key)),
  }
}
