import { EngineError } from '../../../../runtime/errors/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { keyHashOf } from '../../data/index.ts'
import type { SharedStore } from '../../mapstores/index.ts'
import type { MapSettings } from '../../settings.ts'
import type { FragmentContext, FragmentTurn } from '../structure.ts'
import { Beginning, type Found } from './beginning.ts'
import { keyTextOf } from './keyText.ts'
import { MapEffect } from './operations.ts'

/** A write that the store does not have yet; part of what backups have, so that they can go on. */
interface Behind {
  readonly key: Uint8Array
  /** Undefined where the key is to be removed. */
  readonly value: Uint8Array | undefined
  /** On the wall clock. */
  readonly dueMs: number
  readonly number: number
}

/** What calls wait for while the store works. */
export const STORE_WAIT_KEY = 'store'
/** write-behind: what may wait for the store on one member, as in Hazelcast. */
const BEHIND_MAX = 50_000
const BACK_OFF_MIN_MS = 1000
const BACK_OFF_MAX_MS = 60_000
/** Writes that go in one turn. */
const FLUSH_MAX = 1000
const MS_OF_SECOND = 1000

export interface OutsideOptions {
  readonly context: FragmentContext
  readonly shared: SharedStore
  readonly settings: NonNullable<MapSettings['mapStore']>
  /** Whether the map has the key already: then it is not loaded. */
  readonly isHeld: (key: Uint8Array) => boolean
}

/** The part of a partition in the store of its map: only the primary talks to it. */
export class Outside {
  readonly #context: FragmentContext
  readonly #shared: SharedStore
  readonly #settings: NonNullable<MapSettings['mapStore']>
  readonly #isHeld: (key: Uint8Array) => boolean
  /** The last write of each key that is under way, for those that come after it. */
  readonly #writing = new Map<string, Promise<void>>()
  /** Keys that are looked for, by their text; who writes a key makes what is found worthless. */
  readonly #loading = new Map<string, Uint8Array>()
  readonly #found = new Map<string, Found>()
  /** By key, or by key and number where every write counts; oldest first. */
  readonly #behind = new Map<string, Behind>()
  #stored: { readonly name: string; readonly number: number }[] = []
  /** Keys whose values the store did not take: they are what the store says they are. */
  #refused: Uint8Array[] = []
  #isFlushing = false
  #failures = 0
  #retryAtMs = 0
  #lastNumber = 0
  #isClosed = false
  /** What it begins with. */
  readonly beginning: Beginning
  /** The present call is one that the store does not hear of. */
  isTransient = false

  constructor({ context, shared, settings, isHeld }: OutsideOptions) {
    this.#context = context
    this.#shared = shared
    this.#settings = settings
    this.#isHeld = isHeld
    this.beginning = new Beginning({
      context,
      shared,
      isEager: this.isEager,
      unknownOf: (keys) => this.#unknownOf(keys),
      wake: () => context.wake(STORE_WAIT_KEY),
    })
  }

  /** Whether a new primary would miss what is known here. */
  get isUsed(): boolean {
    return this.beginning.isAsked || this.#behind.size > 0
  }

  /** `initial-mode`: calls wait until all of the map is there. */
  get isEager(): boolean {
    return this.#settings.initialMode === 'EAGER'
  }

  /** Too many writes wait for the store on this member. */
  get isFull(): boolean {
    return this.#settings.writeDelaySeconds > 0 && this.#shared.behindCount >= BEHIND_MAX
  }

  /** An entry has been written, or taken away; the call is answered when the store has it. */
  wrote(key: Uint8Array, value: Uint8Array | undefined, turn: FragmentTurn): void {
    if (this.isTransient) return
    const [ownKey, ownValue] = [key.slice(), value?.slice()]
    const text = keyTextOf(ownKey)
    this.#found.delete(text)
    this.#loading.delete(text)
    this.beginning.wrote(text)
    if (this.#settings.writeDelaySeconds > 0) {
      this.#writeBehind(text, ownKey, ownValue, turn)
      return
    }
    const before = this.#writing.get(text) ?? Promise.resolve()
    const write = async (): Promise<void> => {
      await before.catch(() => {})
      try {
        await this.#send([{ key: ownKey, value: ownValue }])
      } catch (thrown) {
        this.#refused.push(ownKey)
        throw thrown
      } finally {
        if (this.#writing.get(text) === work) this.#writing.delete(text)
      }
    }
    const work = write()
    this.#writing.set(text, work)
    // Who is answered hears of its failure; a write without a caller is tried by the next one.
    work.catch(() => {})
    turn.answerAfter?.(work)
  }

  /** What was found for a key; undefined where nobody has looked. */
  found(key: Uint8Array): Found | undefined {
    const text = keyTextOf(key)
    const behind = this.#settings.writeCoalescing ? this.#behind.get(text) : undefined
    if (behind !== undefined) return { key, value: behind.value, failure: undefined }
    return this.#found.get(text)
  }

  /** Looks for keys; calls that wait for the store run again when all are there. */
  look(keys: readonly Uint8Array[]): void {
    const isUnderWay = (text: string): boolean =>
      this.#loading.has(text) || this.beginning.isComing(text)
    const wanted = keys.filter((key) => !isUnderWay(keyTextOf(key))).map((key) => key.slice())
    if (wanted.length === 0) return
    for (const key of wanted) this.#loading.set(keyTextOf(key), key)
    this.#load(wanted).then(
      (values) => this.#looked(wanted, (at) => ({ value: values[at], failure: undefined })),
      (failure: EngineError) => this.#looked(wanted, () => ({ value: undefined, failure })),
    )
  }

  /** What was read of its beginning since it was asked last; each entry once. */
  takeBeginning(effects: ByteSink): Iterable<Found> {
    const taken = this.beginning.take()
    if (taken === undefined) return []
    if (this.beginning.isTakenIn) effects.u8(MapEffect.loaded)
    return taken
  }

  /** The map is destroyed: if it is used again it begins anew. */
  forget(effects: ByteSink): void {
    if (!this.beginning.isTakenIn) return
    this.beginning.isTakenIn = false
    effects.u8(MapEffect.notLoaded)
  }

  /** Keys that are to be dropped from the map, because the store did not take their values. */
  takeRefused(): readonly Uint8Array[] {
    const refused = this.#refused
    if (refused.length > 0) this.#refused = []
    return refused
  }

  tick(turn: FragmentTurn): void {
    for (const { name, number } of this.#stored) {
      if (this.#behind.get(name)?.number !== number) continue
      this.#drop(name)
      turn.effects.u8(MapEffect.stored)
      turn.effects.text(name)
    }
    this.#stored = []
    if (!this.#isFlushing && turn.nowMs >= this.#retryAtMs) void this.#flush(turn.nowMs)
  }

  /** Repeats an effect. */
  apply(effect: number, effects: ByteSource): void {
    if (effect === MapEffect.loaded) this.beginning.isTakenIn = true
    else if (effect === MapEffect.notLoaded) this.beginning.isTakenIn = false
    else if (effect === MapEffect.stored) this.#drop(effects.text())
    else {
      const name = effects.text()
      const key = effects.bytes().slice()
      const value = effects.flag() ? effects.bytes().slice() : undefined
      this.#add(name, { key, value, dueMs: effects.f64(), number: effects.f64() })
    }
  }

  copy(effects: ByteSink): void {
    if (this.beginning.isTakenIn) effects.u8(MapEffect.loaded)
    for (const [name, behind] of this.#behind) writeBehind(effects, name, behind)
  }

  digest(): number {
    let sum = this.beginning.isTakenIn ? 1 : 0
    for (const { key, number } of this.#behind.values()) sum = (sum + keyHashOf(key) * number) | 0
    return sum
  }

  close(): void {
    this.#isClosed = true
    this.beginning.close()
    this.#shared.behindCount -= this.#behind.size
    this.#behind.clear()
  }

  /** The store is asked when it has what was written of these keys before. */
  async #load(keys: readonly Uint8Array[]): ReturnType<SharedStore['load']> {
    const before = keys.flatMap((key) => this.#writing.get(keyTextOf(key)) ?? [])
    if (before.length > 0) await Promise.allSettled(before)
    return this.#shared.load(keys)
  }

  #looked(
    keys: readonly Uint8Array[],
    resultOf: (at: number) => Pick<Found, 'value' | 'failure'>,
  ): void {
    if (this.#isClosed) return
    for (const [at, key] of keys.entries()) {
      const text = keyTextOf(key)
      if (this.#loading.get(text) !== key) continue
      this.#loading.delete(text)
      this.#found.set(text, { key, ...resultOf(at) })
    }
    this.#context.wake(STORE_WAIT_KEY)
    // Who waited has seen it, or has gone: it may be out of date from now on.
    for (const key of keys) this.#found.delete(keyTextOf(key))
  }

  /** The keys that nobody here has or is writing. */
  #unknownOf(keys: readonly Uint8Array[]): Uint8Array[] {
    const behind = new Set(Array.from(this.#behind.values(), ({ key }) => keyTextOf(key)))
    return keys.filter((key) => {
      const text = keyTextOf(key)
      return !this.#isHeld(key) && !this.#writing.has(text) && !behind.has(text)
    })
  }

  #writeBehind(
    text: string,
    key: Uint8Array,
    value: Uint8Array | undefined,
    turn: FragmentTurn,
  ): void {
    const { writeDelaySeconds, writeCoalescing } = this.#settings
    this.#lastNumber += 1
    const number = this.#lastNumber
    const name = writeCoalescing ? text : `${text}#${number}`
    // A key that is written all the time is stored all the same.
    const dueMs = this.#behind.get(name)?.dueMs ?? turn.nowMs + writeDelaySeconds * MS_OF_SECOND
    const behind = { key, value, dueMs, number }
    this.#add(name, behind)
    writeBehind(turn.effects, name, behind)
  }

  #add(name: string, behind: Behind): void {
    if (!this.#behind.has(name)) this.#shared.behindCount += 1
    this.#behind.set(name, behind)
    this.#lastNumber = Math.max(this.#lastNumber, behind.number)
  }

  #drop(name: string): void {
    if (this.#behind.delete(name)) this.#shared.behindCount -= 1
  }

  async #flush(nowMs: number): Promise<void> {
    const { writeBatchSize } = this.#settings
    const due: { readonly name: string; readonly behind: Behind }[] = []
    for (const [name, behind] of this.#behind) {
      if (behind.dueMs > nowMs || due.length >= FLUSH_MAX) break
      due.push({ name, behind })
    }
    if (due.length === 0) return
    this.#isFlushing = true
    try {
      for (let from = 0; from < due.length; from += writeBatchSize) {
        const batch = due.slice(from, from + writeBatchSize)
        await this.#send(batch.map(({ behind }) => behind))
        for (const { name, behind } of batch) this.#stored.push({ name, number: behind.number })
        this.#failures = 0
      }
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      this.#failures += 1
      const pauseMs = BACK_OFF_MIN_MS * 2 ** Math.min(this.#failures, 6)
      this.#retryAtMs = nowMs + Math.min(BACK_OFF_MAX_MS, pauseMs)
      this.#shared.noteFailure(thrown)
    } finally {
      this.#isFlushing = false
    }
  }

  /** In their order, as few calls as that allows. */
  async #send(writes: readonly Pick<Behind, 'key' | 'value'>[]): Promise<void> {
    let from = 0
    while (from < writes.length) {
      const isRemoval = writes[from]!.value === undefined
      let end = from
      while (end < writes.length && (writes[end]!.value === undefined) === isRemoval) end += 1
      const part = writes.slice(from, end)
      if (isRemoval) await this.#shared.remove(part.map(({ key }) => key))
      else await this.#shared.store(part.map(({ key, value }) => ({ key, value: value! })))
      from = end
    }
  }
}

const writeBehind = (effects: ByteSink, name: string, behind: Behind): void => {
  effects.u8(MapEffect.behind)
  effects.text(name)
  effects.bytes(behind.key)
  effects.flag(behind.value !== undefined)
  if (behind.value !== undefined) effects.bytes(behind.value)
  effects.f64(behind.dueMs)
  effects.f64(behind.number)
}

/** The part that a map has in its store; undefined where it has none. */
export const createOutside = ({
  context,
  settings: { mapStore },
  shared,
  isHeld,
}: {
  readonly context: FragmentContext
  readonly settings: MapSettings
  readonly shared: SharedStore | undefined
  readonly isHeld: (key: Uint8Array) => boolean
}): Outside | undefined =>
  shared === undefined || mapStore === undefined
    ? undefined
    : new Outside({ context, shared, settings: mapStore, isHeld })
