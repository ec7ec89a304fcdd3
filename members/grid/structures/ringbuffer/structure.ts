import { EngineError } from '../../../../runtime/errors/index.ts'
import { WireFault } from '../../../wire/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import {
  DEFAULT_RINGBUFFER,
  settingsOf,
  type ByName,
  type MergePolicy,
  type RingbufferSettings,
} from '../../settings.ts'
import { PAGE_BYTES, readValues } from '../collectionCalls.ts'
import { hashOf, plusHash } from '../digests.ts'
import { replacesWhole } from '../mergePolicies.ts'
import { OrderedItems, type Item } from '../orderedItems.ts'
import type {
  Fragment,
  FragmentCall,
  FragmentContext,
  FragmentTurn,
  Merging,
  Structure,
} from '../structure.ts'
import { OPERATIONS, OVERFLOW, READ_COUNT_MAX, RINGBUFFER_SERVICE } from './operations.ts'

const ADD = 1
const DROP = 2
const TAIL = 3
const RESET = 4

/** Those who wait for items to read, and those who wait for room. */
const ITEMS = 'items'
const ROOM = 'room'

/** Items that are dropped in one tick because they are too old. */
const DROP_COUNT_MAX = 1000

/** The position is the sequence. */
interface RingItem extends Item {
  readonly addedAtMs: number
}

/** Ringbuffers: each lives in the partition of its name. */
export const createRingbuffers = (settings: ByName<RingbufferSettings>): Structure => ({
  serviceId: RINGBUFFER_SERVICE,
  name: 'ringbuffer',
  onlyReads: (operation) => operation !== OPERATIONS.ADD,
  createFragment: (context) =>
    new RingbufferFragment(settingsOf(settings, context.name, DEFAULT_RINGBUFFER), context),
  matches: () => false,
})

class RingbufferFragment implements Fragment {
  readonly backupCount: number
  readonly asyncBackupCount: number
  readonly #name: string
  readonly #capacity: number
  readonly #timeToLiveMs: number
  readonly #mergePolicy: MergePolicy
  readonly #wake: (key: string) => void
  readonly #items = new OrderedItems<RingItem>(({ position, value, addedAtMs }) =>
    plusHash(hashOf(position, value), hashOf(position + addedAtMs)),
  )
  /** The sequence of the last item that was ever added. */
  #tail = -1

  constructor(settings: RingbufferSettings, { name, wake }: FragmentContext) {
    this.backupCount = settings.backupCount
    this.asyncBackupCount = settings.asyncBackupCount
    this.#name = name
    this.#capacity = settings.capacity
    this.#mergePolicy = settings.mergePolicy
    const { timeToLiveSeconds } = settings
    this.#timeToLiveMs = timeToLiveSeconds > 0 ? timeToLiveSeconds * 1000 : Infinity
    this.#wake = wake
  }

  execute(call: FragmentCall): void {
    if (call.operation === OPERATIONS.ADD) this.#add(call)
    else if (call.operation === OPERATIONS.READ_ONE) this.#readOne(call)
    else if (call.operation === OPERATIONS.READ_MANY) this.#readMany(call)
    else if (call.operation === OPERATIONS.BOUNDS) {
      call.result.f64(this.#head(call.nowMs))
      call.result.f64(this.#tail)
      call.result.f64(this.#capacity)
      call.result.f64(this.#room(call.nowMs))
    } else throw new WireFault(`A ringbuffer has no operation ${call.operation}`)
  }

  apply(effects: ByteSource): void {
    while (!effects.isAtEnd) {
      const effect = effects.u8()
      if (effect === ADD) this.#keep(effects.f64(), effects.f64(), effects.bytes().slice())
      else if (effect === DROP) this.#dropBefore(effects.f64())
      else if (effect === TAIL) this.#tail = Math.max(this.#tail, effects.f64())
      else if (effect === RESET) this.#reset()
      else throw new WireFault(`A ringbuffer has no effect ${effect}`)
    }
  }

  copy(...[cursor, effects, bytesMax]: Parameters<Fragment['copy']>): number | undefined {
    if (cursor === 0) {
      effects.u8(TAIL)
      effects.f64(this.#tail)
    }
    return this.#items.copy(cursor, effects, bytesMax, ({ position, addedAtMs, value }) =>
      writeItem(effects, position, addedAtMs, value),
    )
  }

  digest(): number {
    return plusHash(this.#items.digest, hashOf(this.#tail))
  }

  /** Also one without items is not empty: its sequences go on. */
  isEmpty(): boolean {
    return this.#tail < 0
  }

  tick(turn: FragmentTurn): void {
    const live = Math.min(this.#liveFrom(turn.nowMs), DROP_COUNT_MAX)
    if (live === 0) return
    const head = this.#items.at(live)?.position ?? this.#tail + 1
    turn.effects.u8(DROP)
    turn.effects.f64(head)
    this.#dropBefore(head)
    this.#wake(ROOM)
  }

  /** Sequences begin anew. */
  destroy({ effects }: FragmentCall): void {
    effects.u8(RESET)
    this.#reset()
    this.#wake(ROOM)
  }

  #reset(): void {
    this.#items.clear()
    this.#tail = -1
  }

  /**
   * One of the two stays. Where none is there the sequences stay too, so that readers go on; else
   * what comes is added with the next ones.
   */
  get merging(): Merging {
    const items = this.#items
    return {
      policy: this.#mergePolicy,
      isWhole: true,
      write: (cursor, batch, bytesMax) => {
        if (cursor === 0) batch.f64((items.at(0)?.position ?? this.#tail + 1) - 1)
        const next = items.copy(cursor, batch, bytesMax, ({ addedAtMs, value }) => {
          batch.flag(true)
          batch.f64(addedAtMs)
          batch.bytes(value)
        })
        batch.flag(false)
        return next
      },
      merge: (call, policy, isFirst) => this.#merge(call, policy, isFirst),
    }
  }

  #merge(call: FragmentCall, policy: MergePolicy, isFirst: boolean): number {
    const { arguments: source, effects } = call
    if (isFirst) {
      const before = source.f64()
      const isThere = this.#tail >= 0
      if (!replacesWhole(policy, isThere)) return 0
      effects.u8(isThere ? DROP : TAIL)
      effects.f64(isThere ? this.#tail + 1 : before)
      if (isThere) this.#dropBefore(this.#tail + 1)
      else this.#tail = before
    }
    let taken = 0
    for (; source.flag(); taken += 1) {
      const addedAtMs = source.f64()
      const value = source.bytes()
      writeItem(effects, this.#tail + 1, addedAtMs, value)
      this.#keep(this.#tail + 1, addedAtMs, value.slice())
    }
    if (taken > 0) this.#wake(ITEMS)
    return taken
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#items.length, bytes: this.#items.bytes }
  }

  close(): void {
    this.#items.clear()
  }

  #add(call: FragmentCall): void {
    const { arguments: source, effects, nowMs, result } = call
    const overflow = source.u8()
    const waitMs = source.f64()
    const values = readValues(source)
    if (overflow === OVERFLOW.wait && values.length > this.#capacity) {
      const held = `The ringbuffer ${this.#name} holds ${this.#capacity} items`
      throw new EngineError('GRD-034', `${held}: ${values.length} at once never have room`)
    }
    if (overflow !== OVERFLOW.overwrite && this.#room(nowMs) < values.length) {
      const mayWait = overflow === OVERFLOW.wait && waitMs > 0 && call.turn !== 3
      if (mayWait) call.park(ROOM, waitMs)
      else result.f64(-1)
      return
    }
    for (const value of values) {
      writeItem(effects, this.#tail + 1, nowMs, value)
      this.#keep(this.#tail + 1, nowMs, value.slice())
    }
    result.f64(this.#tail)
    this.#wake(ITEMS)
  }

  #readOne(call: FragmentCall): void {
    const sequence = call.arguments.f64()
    const waitMs = call.arguments.f64()
    const head = this.#head(call.nowMs)
    const name = `the ringbuffer ${this.#name}`
    if (sequence < head) {
      const gone = `The sequence ${sequence} of ${name} is gone`
      throw new EngineError('GRD-032', `${gone}: the oldest one is ${head}`)
    }
    if (sequence > this.#tail + 1) {
      const last = `The last sequence of ${name} is ${this.#tail}`
      throw new EngineError('GRD-034', `${last}: ${sequence} is too far ahead`)
    }
    if (sequence <= this.#tail) call.result.bytes(this.#valueAt(sequence))
    else if (waitMs > 0 && call.turn !== 3) call.park(ITEMS, waitMs)
  }

  #valueAt(sequence: number): Uint8Array {
    const item = this.#items.at(this.#items.indexFrom(sequence))
    if (item?.position === sequence) return item.value
    const lost = `The sequence ${sequence} of the ringbuffer ${this.#name} is lost`
    throw new EngineError('GRD-032', `${lost}: too many members went at once`)
  }

  /**
   * Answers with `min` items or more from `start` on, fewer when they are large, with the sequence
   * to read from next, and whether the time is up. A start that is too far ahead brings no items.
   */
  #readMany(call: FragmentCall): void {
    const { arguments: source, nowMs, result } = call
    const start = Math.max(source.f64(), this.#head(nowMs))
    const [min, max, waitMs] = [source.u32(), source.u32(), source.f64()]
    if (min > max || min > this.#capacity || max > READ_COUNT_MAX) {
      const held = `The ringbuffer ${this.#name} holds ${this.#capacity} items`
      const limits = `${held} and gives at most ${READ_COUNT_MAX} at once`
      throw new EngineError('GRD-034', `${limits}: ${min} to ${max} cannot be asked for`)
    }
    const isAhead = start > this.#tail + 1
    if (!isAhead && this.#tail + 1 - start < min && waitMs > 0 && call.turn !== 3) {
      call.park(ITEMS, waitMs)
      return
    }
    let next = Math.min(start, this.#tail + 1)
    let index = this.#items.indexFrom(start)
    for (let count = 0; count < max && result.length < PAGE_BYTES; count += 1) {
      const item = this.#items.at(index)
      if (item === undefined) break
      result.flag(true)
      result.f64(item.position)
      result.bytes(item.value)
      next = item.position + 1
      index += 1
    }
    result.flag(false)
    result.f64(next)
    result.flag(call.turn === 3 || waitMs === 0)
  }

  /** The index of the first item that is not too old. */
  #liveFrom(nowMs: number): number {
    if (this.#timeToLiveMs === Infinity) return 0
    let index = 0
    const addedBefore = nowMs - this.#timeToLiveMs
    while ((this.#items.at(index)?.addedAtMs ?? Infinity) <= addedBefore) index += 1
    return index
  }

  /** The oldest sequence that can be read, or the one that comes next. */
  #head(nowMs: number): number {
    return this.#items.at(this.#liveFrom(nowMs))?.position ?? this.#tail + 1
  }

  /** As in Hazelcast, one whose items do not age always has room: for as many as it holds. */
  #room(nowMs: number): number {
    if (this.#timeToLiveMs === Infinity) return this.#capacity
    return this.#capacity - (this.#tail + 1 - this.#head(nowMs))
  }

  #keep(sequence: number, addedAtMs: number, value: Uint8Array): void {
    this.#tail = Math.max(this.#tail, sequence)
    this.#items.put({ position: sequence, addedAtMs, value })
    this.#dropBefore(this.#tail + 1 - this.#capacity)
  }

  #dropBefore(sequence: number): void {
    while ((this.#items.at(0)?.position ?? Infinity) < sequence) this.#items.removeAt(0)
  }
}

const writeItem = (
  effects: ByteSink,
  sequence: number,
  addedAtMs: number,
  value: Uint8Array,
): void => {
  effects.u8(ADD)
  effects.f64(sequence)
  effects.f64(addedAtMs)
  effects.bytes(value)
}
