import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Clock } from '../../../runtime/host/index.ts'
import { partitionOf } from '../data/index.ts'
import type { MapStore } from './mapStore.ts'

/** The store of a map as all its partitions on this member use it. Rejects with GRD-041 alone. */
export interface SharedStore extends MapStore {
  /** Of the keys that the map is to begin with those of one partition. */
  keysOf(partition: number): Promise<readonly Uint8Array[]>
  /** Writes of all partitions here that the store does not have yet. */
  behindCount: number
  /** Tells of a write that failed and is tried again. */
  noteFailure(error: EngineError): void
}

export interface SharedStoreOptions {
  readonly clock: Clock
  readonly store: MapStore
  readonly mapName: string
  readonly partitionCount: number
  readonly note: (level: 'warn', text: string) => void
}

/** All partitions of a member begin at about the same time: the keys are asked for once. */
const KEYS_KEPT_MS = 10_000
const NOTE_INTERVAL_MS = 10_000

const byPartition = (keys: readonly Uint8Array[], partitionCount: number): Uint8Array[][] => {
  const found: Uint8Array[][] = Array.from({ length: partitionCount }, () => [])
  for (const key of keys) found[partitionOf(key, partitionCount)]!.push(key)
  return found
}

export const shareStore = (options: SharedStoreOptions): SharedStore => {
  const { clock, store, mapName, partitionCount, note } = options
  let keys: { readonly askedAtMs: number; readonly found: Promise<Uint8Array[][]> } | undefined
  let notedMs = -Infinity

  const failure = (thrown: unknown): EngineError =>
    thrown instanceof EngineError && thrown.code === 'GRD-041'
      ? thrown
      : new EngineError('GRD-041', `The store of the map ${mapName}: ${messageOf(thrown)}`, {
          retry: 'backoff',
          cause: thrown,
        })
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (thrown) {
      throw failure(thrown)
    }
  }
  const shared: SharedStore = {
    behindCount: 0,
    load: (wanted) => guarded(() => store.load(wanted)),
    loadAllKeys: () => guarded(() => store.loadAllKeys()),
    store: (entries) => guarded(() => store.store(entries)),
    remove: (removed) => guarded(() => store.remove(removed)),
    close: () => store.close(),
    keysOf: async (partition) => {
      const nowMs = clock.monotonic()
      if (keys === undefined || nowMs - keys.askedAtMs > KEYS_KEPT_MS) {
        const found = shared.loadAllKeys().then((all) => byPartition(all, partitionCount))
        keys = { askedAtMs: nowMs, found }
        // Who asks next shall not be told of a failure that is over.
        found.catch(() => (keys = undefined))
      }
      return (await keys.found)[partition]!
    },
    noteFailure: (error) => {
      if (clock.monotonic() - notedMs < NOTE_INTERVAL_MS) return
      notedMs = clock.monotonic()
      note('warn', `${error.message}; ${shared.behindCount} writes wait to be tried again`)
    },
  }
  return shared
}
