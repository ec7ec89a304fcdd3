import type { ByteSink } from '../bytes/index.ts'
import { hashOf, minusHash, plusHash } from './digests.ts'

/** A value at its place. */
export interface Item {
  /** Items are ordered by it; no two have the same. */
  readonly position: number
  readonly value: Uint8Array
}

/** How many items at the front may be taken before the array is cut. */
const CUT_AT = 1024

/**
 * Items in the order of their positions. Adding at the end and taking from the front cost the same
 * however many there are; elsewhere what follows moves up. It may be filled in any order, as a backup
 * is that gets effects in the middle of a copy.
 */
export class OrderedItems<T extends Item = Item> {
  #items: (T | undefined)[] = []
  /** Index in `#items` of the first one. */
  #start = 0
  #digest = 0
  #bytes = 0
  readonly #hash: (item: T) => number

  /** `hash` is of all that makes two items differ. */
  constructor(hash: (item: T) => number = ({ position, value }) => hashOf(position, value)) {
    this.#hash = hash
  }

  get length(): number {
    return this.#items.length - this.#start
  }

  /** Of the values, in all. */
  get bytes(): number {
    return this.#bytes
  }

  /** Differs when the items differ. */
  get digest(): number {
    return this.#digest
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index]
  }

  last(): T | undefined {
    return this.at(this.length - 1)
  }

  /** The index of the first item at `position` or behind it. */
  indexFrom(position: number): number {
    const last = this.last()
    if (last === undefined || last.position < position) return this.length
    let low = 0
    let high = this.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle)!.position < position) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Puts an item at its position, in place of one that is there. */
  put(item: T): void {
    const index = this.indexFrom(item.position)
    const there = this.at(index)
    const replaces = there?.position === item.position
    if (replaces) this.#forget(there)
    if (index === this.length) this.#items.push(item)
    else this.#items.splice(this.#start + index, replaces ? 1 : 0, item)
    this.#digest = plusHash(this.#digest, this.#hash(item))
    this.#bytes += item.value.length
  }

  /** Takes out what is at `position`, if anything. */
  remove(position: number): T | undefined {
    const index = this.indexFrom(position)
    return this.at(index)?.position === position ? this.removeAt(index) : undefined
  }

  /** Takes out the item at an index that is there. */
  removeAt(index: number): T {
    const item = this.at(index)!
    this.#forget(item)
    if (index > 0) this.#items.splice(this.#start + index, 1)
    else this.#shift()
    return item
  }

  clear(): void {
    this.#items = []
    this.#start = 0
    this.#digest = 0
    this.#bytes = 0
  }

  /**
   * Writes items for a fragment's `copy`, in the order of their positions and about `bytesMax` bytes;
   * the cursor tells which were written before, and so does the one that is returned.
   */
  copy(
    cursor: number,
    effects: ByteSink,
    bytesMax: number,
    write: (item: T) => void,
  ): number | undefined {
    const end = effects.length + bytesMax
    let index = cursor === 0 ? 0 : this.indexFrom(cursor)
    if (this.at(index)?.position === cursor && cursor !== 0) index += 1
    for (; index < this.length; index += 1) {
      const item = this.at(index)!
      write(item)
      if (effects.length >= end && index + 1 < this.length) {
        // The cursor 0 is the start of a copy: a number that no position is stands for position 0.
        return item.position === 0 ? Number.MIN_VALUE : item.position
      }
    }
    return undefined
  }

  #forget(item: T): void {
    this.#digest = minusHash(this.#digest, this.#hash(item))
    this.#bytes -= item.value.length
  }

  #shift(): void {
    this.#items[this.#start] = undefined
    this.#start += 1
    if (this.#start === this.#items.length) {
      this.#items = []
      this.#start = 0
    } else if (this.#start >= CUT_AT && this.#start * 2 >= this.#items.length) {
      this.#items.splice(0, this.#start)
      this.#start = 0
    }
  }
}
