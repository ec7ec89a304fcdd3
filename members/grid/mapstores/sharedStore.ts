import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Clock } from '../../../runtime/host/index.ts'
import { partitionOf } from '../data/index.ts'
import type { MapStore } from './mapStore.ts'

/** The store of a map as all its partitions on this member use it. Rejects with GRD-041 alone. */
export interface SharedStore extends MapStore {
  /** Of the keys that the map is to begin with those of one partition. */
  keysOf(partition: number): Promise<readonly Uint8Array[]>
  /** Loads a part of what a partition begins with: few at a time, so that calls get through. */
  loadBatch: MapStore['load']
  /** Whether all partitions had what they begin with when this member last asked them. */
  readonly hasBegunEverywhere: boolean
  /** Makes all partitions of the map begin; resolves when they have what they begin with. */
  beginEverywhere(): Promise<void>
  /** Writes of all partitions here that the store does not have yet. */
  behindCount: number
  /** Tells of what failed and is tried again. */
  noteFailure(error: EngineError): void
}

export interface SharedStoreOptions {
  readonly clock: Clock
  readonly store: MapStore
  readonly mapName: string
  readonly partitionCount: number
  /** Asks the owners of all partitions of the map to begin; resolves when they have. */
  readonly beginAll: () => Promise<void>
  readonly note: (level: 'warn', text: string) => void
}

/** All partitions of a member begin at about the same time: the keys are asked for once. */
const KEYS_KEPT_MS = 10_000
const NOTE_INTERVAL_MS = 10_000
/** Batches of beginnings that are loaded at the same time. */
const BATCHES_MAX = 8

/** Lets no more than `countMax` works be under way; the others wait for their turn. */
const limited = (countMax: number) => {
  const waiting: (() => void)[] = []
  let free = countMax
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

const byPartition = (keys: readonly Uint8Array[], partitionCount: number): Uint8Array[][] => {
  const found: Uint8Array[][] = Array.from({ length: partitionCount }, () => [])
  for (const key of keys) found[partitionOf(key, partitionCount)]!.push(key)
  return found
}

export const shareStore = (options: SharedStoreOptions): SharedStore => {
  const { clock, store, mapName, partitionCount, beginAll, note } = options
  const inTurn = limited(BATCHES_MAX)
  let beginning: Promise<void> | undefined
  let hasBegunEverywhere = false
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
    loadBatch: (wanted) => inTurn(() => shared.load(wanted)),
    get hasBegunEverywhere() {
      return hasBegunEverywhere
    },
    beginEverywhere: () => (beginning ??= begin()),
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
      note('warn', `${error.message}; ${shared.behindCount} writes wait, and it is tried again`)
    },
  }
  const begin = async (): Promise<void> => {
    // Who asks is in the midst of a call of a partition of this member.
    await Promise.resolve()
    try {
      await guarded(beginAll)
      hasBegunEverywhere = true
    } finally {
      beginning = undefined
    }
  }
  return shared
}
