import type { EngineError } from '../../../../runtime/errors/index.ts'
import type { SharedStore } from '../../mapstores/index.ts'
import type { FragmentContext } from '../structure.ts'
import { keyTextOf } from './keyText.ts'

/** What a call waits for: the keys that it names, all of its partition, or all of the map. */
export type Need = 'keys' | 'partition' | 'map'

/** What a load has found, until the calls that wait for it have seen it. */
export interface Found {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
  readonly failure: EngineError | undefined
}

export interface BeginningOptions {
  readonly context: FragmentContext
  readonly shared: SharedStore
  readonly isEager: boolean
  /** Of keys those that only the store knows: nobody has loaded or written them. */
  readonly unknownOf: (keys: readonly Uint8Array[]) => Uint8Array[]
  /** What was begun is to be looked at by the calls that wait. */
  readonly wake: () => void
}

const LOAD_BATCH = 1000
/** After a failure it is tried again no earlier, save for those who need all. */
const PAUSE_MS = 1000

/** Loads what a partition of a map with a store begins with, once. */
export class Beginning {
  readonly #options: BeginningOptions
  #state: 'not asked' | 'asked' | 'read' | 'taken in' = 'not asked'
  /** Of this partition, and of the map: told to those that wait, and to nobody else. */
  #ownFailure: EngineError | undefined
  #allFailure: EngineError | undefined
  #againAfterMs = -Infinity
  /** The keys of the batch that is being loaded; who writes one takes it out. */
  readonly #coming = new Map<string, Uint8Array>()
  /** What was loaded and is to be taken in. */
  #read = new Map<string, Found>()
  #isAwaitingAll = false
  #isClosed = false

  constructor(options: BeginningOptions) {
    this.#options = options
  }

  get isTakenIn(): boolean {
    return this.#state === 'taken in'
  }

  /** As the primary says. */
  set isTakenIn(isTakenIn: boolean) {
    this.#read.clear()
    this.#state = isTakenIn ? 'taken in' : 'not asked'
  }

  /** Whether it has begun, or is about to. */
  get isAsked(): boolean {
    return this.#state !== 'not asked'
  }

  /**
   * Begins, if nobody has, and says whether what a call needs is there; else it waits. What was
   * read is to be taken in before. Throws GRD-041.
   */
  hasBegun(need: Need): boolean {
    const isForAll = need === 'map' && !this.#options.shared.hasBegunEverywhere
    const failure = isForAll ? this.#allFailure : this.#ownFailure
    if (failure !== undefined && need !== 'keys') throw failure
    if (this.#state === 'not asked') this.#begin(need)
    const hasBegun = this.#state === 'read' || this.#state === 'taken in'
    return need === 'keys' || (hasBegun && !isForAll)
  }

  /** Makes the other partitions of the map begin, too, on whichever member they are. */
  everywhere(): void {
    const { shared, isEager } = this.#options
    if (this.#isAwaitingAll || shared.hasBegunEverywhere) return
    if (!isEager && this.#isToPause()) return
    this.#isAwaitingAll = true
    shared.beginEverywhere().then(
      () => this.#allBegan(undefined),
      (failure: EngineError) => this.#allBegan(failure),
    )
  }

  /** Whether a key is about to come. */
  isComing(keyText: string): boolean {
    return this.#coming.has(keyText)
  }

  /** The key was written: what the store had is of no use. */
  wrote(keyText: string): void {
    this.#coming.delete(keyText)
    this.#read.delete(keyText)
  }

  /** What was read since it was asked last, each entry once; undefined when there is nothing new. */
  take(): Iterable<Found> | undefined {
    if (this.#read.size === 0 && this.#state !== 'read') return undefined
    const taken = this.#read
    this.#read = new Map()
    if (this.#state === 'read') this.#state = 'taken in'
    return taken.values()
  }

  close(): void {
    this.#isClosed = true
  }

  /** Else it is closed, or another primary has begun. */
  get #isReading(): boolean {
    return this.#state === 'asked' && !this.#isClosed
  }

  #isToPause(): boolean {
    return this.#againAfterMs > this.#options.context.host.clock.monotonic()
  }

  #allBegan(failure: EngineError | undefined): void {
    this.#isAwaitingAll = false
    this.#allFailure = failure
    this.#wakeAfter(failure)
    this.#allFailure = undefined
  }

  /** Whoever waits sees how it went; who comes later asks anew. */
  #wakeAfter(failure: EngineError | undefined): void {
    if (this.#isClosed) return
    const { context, shared, wake } = this.#options
    if (failure !== undefined) {
      this.#againAfterMs = context.host.clock.monotonic() + PAUSE_MS
      shared.noteFailure(failure)
    }
    wake()
  }

  #begin(need: Need): void {
    if (need === 'keys' && this.#isToPause()) return
    this.#state = 'asked'
    this.#readAll().then(
      () => {
        if (this.#state === 'asked') this.#state = 'read'
        this.#wakeAfter(undefined)
      },
      (failure: EngineError) => {
        if (this.#state === 'asked') this.#state = 'not asked'
        this.#coming.clear()
        this.#ownFailure = failure
        this.#wakeAfter(failure)
        this.#ownFailure = undefined
      },
    )
  }

  async #readAll(): Promise<void> {
    const { context, shared, unknownOf, wake } = this.#options
    const keys = await shared.keysOf(context.partition)
    for (let from = 0; from < keys.length && this.#isReading; from += LOAD_BATCH) {
      const batch = unknownOf(keys.slice(from, from + LOAD_BATCH))
      if (batch.length === 0) continue
      for (const key of batch) this.#coming.set(keyTextOf(key), key)
      const values = await shared.loadBatch(batch)
      for (const [at, key] of batch.entries()) {
        const text = keyTextOf(key)
        if (!this.#coming.delete(text) || !this.#isReading) continue
        this.#read.set(text, { key, value: values[at], failure: undefined })
      }
      if (this.#isReading) wake()
    }
  }
}
