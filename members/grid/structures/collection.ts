import { WireFault } from '../../wire/index.ts'
import type { ByteSink, ByteSource } from '../bytes/index.ts'
import type { BackupSettings, MergePolicy } from '../settings.ts'
import { collectionMerging } from './collectionMerging.ts'
import { itemEvent } from './itemEvents.ts'
import { OrderedItems } from './orderedItems.ts'
import { sameBytes } from './sameBytes.ts'
import type { Fragment, FragmentCall, FragmentTurn, Merging } from './structure.ts'

const PUT = 1
const REMOVE = 2
const CLEAR = 3

/** Between two neighbours, so that there is room for items that are inserted. */
const POSITION_STEP = 1024
/** Items that are moved apart together, at first, when there is no room between two. */
const SPREAD_COUNT = 16

const decoder = new TextDecoder('windows-1252')
/** Bytes as a key of a Map or Set: each byte is one character, and no two bytes are the same one. */
export const keyOf = (value: Uint8Array): string => decoder.decode(value)

/** Whether an item can be inserted about ten times between two that are `step` apart. */
const hasRoom = (low: number, high: number, step: number): boolean =>
  low + step / POSITION_STEP !== low && high - step / POSITION_STEP !== high

export interface CollectionOptions extends BackupSettings {
  readonly mergePolicy: MergePolicy
  /** Finds a value without looking through all; for collections without equal values. */
  readonly isIndexed: boolean
}

type State = Omit<Fragment, 'execute'>

/**
 * The state that queues, lists and sets share: values in an order. An effect says which value is at
 * which position, or that there is none, so repeating it changes nothing.
 */
export class Collection implements State {
  readonly backupCount: number
  readonly asyncBackupCount: number
  readonly #items = new OrderedItems()
  readonly #positions: Map<string, number> | undefined
  readonly #mergePolicy: MergePolicy

  constructor({ backupCount, asyncBackupCount, isIndexed, mergePolicy }: CollectionOptions) {
    this.#mergePolicy = mergePolicy
    this.backupCount = backupCount
    this.asyncBackupCount = asyncBackupCount
    this.#positions = isIndexed ? new Map() : undefined
  }

  get length(): number {
    return this.#items.length
  }

  /** Whether it has no equal values. */
  get isIndexed(): boolean {
    return this.#positions !== undefined
  }

  get merging(): Merging {
    return collectionMerging(this, this.#mergePolicy)
  }

  /** The value at an index that is there. */
  at(index: number): Uint8Array {
    return this.#items.at(index)!.value
  }

  /** Where a value is first, or -1. */
  indexOf(value: Uint8Array): number {
    if (this.#positions !== undefined) {
      const position = this.#positions.get(keyOf(value))
      return position === undefined ? -1 : this.#items.indexFrom(position)
    }
    for (let index = 0; index < this.length; index += 1) {
      if (sameBytes(this.at(index), value)) return index
    }
    return -1
  }

  lastIndexOf(value: Uint8Array): number {
    for (let index = this.length - 1; index >= 0; index -= 1) {
      if (sameBytes(this.at(index), value)) return index
    }
    return -1
  }

  /** Adds a value behind all others; the bytes become the collection's own. */
  append(value: Uint8Array, turn: FragmentTurn): void {
    const last = this.#items.last()
    this.#put(last === undefined ? 0 : last.position + POSITION_STEP, value, turn)
    if (turn.hasListeners) turn.publish(itemEvent('added', value))
  }

  /** Adds a value in front of the one at `index`. */
  insert(index: number, value: Uint8Array, turn: FragmentTurn): void {
    if (index === this.length) {
      this.append(value, turn)
      return
    }
    this.#put(this.#positionAt(index) ?? this.#makeRoom(index, turn), value, turn)
    if (turn.hasListeners) turn.publish(itemEvent('added', value))
  }

  /** Puts a value in place of the one at `index`, which is returned. */
  replaceAt(index: number, value: Uint8Array, turn: FragmentTurn): Uint8Array {
    const { position, value: before } = this.#items.at(index)!
    this.#put(position, value, turn)
    if (turn.hasListeners) {
      turn.publish(itemEvent('removed', before))
      turn.publish(itemEvent('added', value))
    }
    return before
  }

  removeAt(index: number, turn: FragmentTurn): Uint8Array {
    const { position, value } = this.#items.at(index)!
    this.#take(position, turn)
    if (turn.hasListeners) turn.publish(itemEvent('removed', value))
    return value
  }

  destroy(call: FragmentCall): void {
    this.removeAll(call)
  }

  removeAll(turn: FragmentTurn): void {
    if (this.length === 0) return
    if (turn.hasListeners) {
      for (let index = 0; index < this.length; index += 1) {
        turn.publish(itemEvent('removed', this.at(index)))
      }
    }
    turn.effects.u8(CLEAR)
    this.#clear()
  }

  apply(effects: ByteSource): void {
    while (!effects.isAtEnd) {
      const effect = effects.u8()
      if (effect === PUT) this.#keep(effects.f64(), effects.bytes().slice())
      else if (effect === REMOVE) this.#drop(effects.f64())
      else if (effect === CLEAR) this.#clear()
      else throw new WireFault(`A collection has no effect ${effect}`)
    }
  }

  copy(...[cursor, effects, bytesMax]: Parameters<Fragment['copy']>): number | undefined {
    return this.#items.copy(cursor, effects, bytesMax, ({ position, value }) => {
      effects.u8(PUT)
      effects.f64(position)
      effects.bytes(value)
    })
  }

  /** Writes values, each after a flag that one comes; the cursor is as that of `copy`. */
  page(cursor: number, result: ByteSink, bytesMax: number): number | undefined {
    return this.#items.copy(cursor, result, bytesMax, ({ value }) => {
      result.flag(true)
      result.bytes(value)
    })
  }

  digest(): number {
    return this.#items.digest
  }

  isEmpty(): boolean {
    return this.length === 0
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.length, bytes: this.#items.bytes }
  }

  close(): void {
    this.#clear()
  }

  /** A position in front of the item at `index`, undefined when there is none left. */
  #positionAt(index: number): number | undefined {
    const after = this.#items.at(index)!.position
    const before = this.#items.at(index - 1)?.position ?? after - 2 * POSITION_STEP
    const middle = (before + after) / 2
    return middle > before && middle < after ? middle : undefined
  }

  /** Moves the neighbours of `index` apart: as few as have room together. */
  #makeRoom(index: number, turn: FragmentTurn): number {
    for (let count = SPREAD_COUNT; ; count *= 2) {
      const from = Math.max(0, index - count)
      const to = Math.min(this.length, index + count)
      const low = this.#items.at(from - 1)?.position
      const high = this.#items.at(to)?.position
      const start = low ?? (high ?? 0) - (to - from + 1) * POSITION_STEP
      const step = high === undefined ? POSITION_STEP : (high - start) / (to - from + 1)
      if (low !== undefined && high !== undefined && !hasRoom(low, high, step)) continue
      this.#spread({ from, to, start, step }, turn)
      return this.#positionAt(index)!
    }
  }

  #spread(range: Range, turn: FragmentTurn): void {
    const { from, to, start, step } = range
    const values: Uint8Array[] = []
    for (let index = from; index < to; index += 1) {
      const { position, value } = this.#items.at(from)!
      values.push(value)
      this.#take(position, turn)
    }
    values.forEach((value, index) => this.#put(start + (index + 1) * step, value, turn))
  }

  #put(position: number, value: Uint8Array, turn: FragmentTurn): void {
    turn.effects.u8(PUT)
    turn.effects.f64(position)
    turn.effects.bytes(value)
    this.#keep(position, value)
  }

  #take(position: number, turn: FragmentTurn): void {
    turn.effects.u8(REMOVE)
    turn.effects.f64(position)
    this.#drop(position)
  }

  #keep(position: number, value: Uint8Array): void {
    if (this.#positions !== undefined) {
      const index = this.#items.indexFrom(position)
      const before = this.#items.at(index)
      if (before?.position === position) this.#positions.delete(keyOf(before.value))
      this.#positions.set(keyOf(value), position)
    }
    this.#items.put({ position, value })
  }

  #drop(position: number): void {
    const item = this.#items.remove(position)
    if (item === undefined || this.#positions === undefined) return
    const key = keyOf(item.value)
    // In a backup that is being filled the value may be at another position by now.
    if (this.#positions.get(key) === position) this.#positions.delete(key)
  }

  #clear(): void {
    this.#items.clear()
    this.#positions?.clear()
  }
}

interface Range {
  readonly from: number
  readonly to: number
  /** The position in front of the first one. */
  readonly start: number
  readonly step: number
}
