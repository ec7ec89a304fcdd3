import { fromData, toData } from '../data/index.ts'

/** Where the entries of a map are kept outside the cluster; keys and values are Data. */
export interface MapStore {
  /** The values of keys, in their order; undefined where there is none. */
  load(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>
  /** All keys that a map is to begin with; none where it begins empty. */
  loadAllKeys(): Promise<readonly Uint8Array[]>
  store(entries: readonly StoredPair[]): Promise<void>
  remove(keys: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

export interface StoredPair {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

type Awaitable<T> = T | Promise<T>
type Entries = ReadonlyMap<unknown, unknown>

/**
 * A store or loader as a user writes it: the names are Hazelcast's. Without `store` it is a loader:
 * what is written stays in the map alone. What it throws is told to the caller of the map.
 */
export interface UserMapStore {
  load?(key: unknown): Awaitable<unknown>
  /** Those that are not there are left out. */
  loadAll?(keys: readonly unknown[]): Awaitable<Entries>
  loadAllKeys?(): Awaitable<Iterable<unknown> | null | undefined>
  store?(key: unknown, value: unknown): Awaitable<void>
  storeAll?(entries: Entries): Awaitable<void>
  delete?(key: unknown): Awaitable<void>
  deleteAll?(keys: readonly unknown[]): Awaitable<void>
}

/** Makes the store of a map. */
export type UserMapStoreFactory = (
  mapName: string,
  properties: Readonly<Record<string, string>>,
) => UserMapStore

const optionalData = (value: unknown): Uint8Array | undefined =>
  value === undefined || value === null ? undefined : toData(value)

/** A user's store as the map sees it. */
export const adaptUserStore = (user: UserMapStore): MapStore => ({
  load: async (keys) => {
    const values = keys.map((key) => fromData(key))
    if (user.loadAll !== undefined && keys.length > 1) {
      const found = await user.loadAll(values)
      return values.map((key) => optionalData(found.get(key)))
    }
    return Promise.all(values.map(async (key) => optionalData(await user.load?.(key))))
  },
  loadAllKeys: async () => {
    const keys = (await user.loadAllKeys?.()) ?? []
    return Array.from(keys, (key) => toData(key))
  },
  store: async (entries) => {
    const pairs = entries.map(({ key, value }) => [fromData(key), fromData(value)] as const)
    if (user.storeAll !== undefined && pairs.length > 1) await user.storeAll(new Map(pairs))
    else for (const [key, value] of pairs) await user.store?.(key, value)
  },
  remove: async (keys) => {
    const values = keys.map((key) => fromData(key))
    if (user.deleteAll !== undefined && values.length > 1) await user.deleteAll(values)
    else for (const key of values) await user.delete?.(key)
  },
  close: async () => {},
})
