import type { ChunkMap } from '../../states/index.ts'

/** Entries of the grid that are only set and read; each is set by one master at a time. */
export interface EntryMap<Value> {
  get(key: string): Promise<Value | undefined>
  /** `ttlMs` removes it by itself after so long. */
  set(key: string, value: Value, ttlMs?: number): Promise<void>
  remove(key: string): Promise<void>
}

/** The part of a map of the grid that the coordinator keeps its state in. */
export interface StateMap<Value> extends EntryMap<Value> {
  /** The value that was there and stays, undefined where `value` was put. */
  putIfAbsent(key: string, value: Value): Promise<Value | undefined>
  /** Whether `expected` was there and `value` has taken its place. */
  replace(key: string, expected: Value, value: Value): Promise<boolean>
  /** Whether `expected` was there and is removed. */
  removeSame(key: string, expected: Value): Promise<boolean>
  entries(): Promise<readonly (readonly [key: string, value: Value])[]>
}

/** Maps of texts and of bytes, by their names. */
export interface StateMaps {
  texts(name: string): StateMap<string>
  bytes(name: string): ChunkMap
}
