import { WireFault } from '../../../wire/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { keyOf } from '../collection.ts'
import { hashOf, plusHash } from '../digests.ts'
import { OrderedItems, type Item } from '../orderedItems.ts'
import type { Fragment } from '../structure.ts'

const PUT = 1
const REMOVE = 2
const CLEAR = 3

/** A value under a key. Positions count up over all keys of the fragment. */
export interface Entry extends Item {
  readonly key: Uint8Array
}

/** The entries of a multimap in one partition, in the order in which they came. */
export class MultiMapState {
  readonly #entries = new OrderedItems<Entry>(({ position, key, value }) =>
    plusHash(hashOf(position, value), hashOf(position + 0.5, key)),
  )
  /** The positions of a key's values, in their order. */
  readonly #positions = new Map<string, number[]>()
  #keyBytes = 0

  get size(): number {
    return this.#entries.length
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.size, bytes: this.#entries.bytes + this.#keyBytes }
  }

  digest(): number {
    return this.#entries.digest
  }

  /** The entries of a key. */
  of(key: Uint8Array): readonly Entry[] {
    const positions = this.#positions.get(keyOf(key)) ?? []
    return positions.map((position) => this.#entries.at(this.#entries.indexFrom(position))!)
  }

  countOf(key: Uint8Array): number {
    return this.#positions.get(keyOf(key))?.length ?? 0
  }

  at(index: number): Entry {
    return this.#entries.at(index)!
  }

  isFirstOfItsKey({ key, position }: Entry): boolean {
    return this.#positions.get(keyOf(key))![0] === position
  }

  /** Adds a value; key and value become its own. */
  put(key: Uint8Array, value: Uint8Array, effects: ByteSink): void {
    const position = (this.#entries.last()?.position ?? 0) + 1
    const entry = { position, key, value }
    writePut(effects, entry)
    this.#keep(entry)
  }

  remove({ position }: Entry, effects: ByteSink): void {
    effects.u8(REMOVE)
    effects.f64(position)
    this.#drop(position)
  }

  clear(effects: ByteSink): void {
    effects.u8(CLEAR)
    this.forget()
  }

  forget(): void {
    this.#entries.clear()
    this.#positions.clear()
    this.#keyBytes = 0
  }

  apply(effects: ByteSource): void {
    while (!effects.isAtEnd) {
      const effect = effects.u8()
      if (effect === PUT) {
        const [position, key] = [effects.f64(), effects.bytes().slice()]
        this.#keep({ position, key, value: effects.bytes().slice() })
      } else if (effect === REMOVE) this.#drop(effects.f64())
      else if (effect === CLEAR) this.forget()
      else throw new WireFault(`A multimap has no effect ${effect}`)
    }
  }

  copy(...[cursor, effects, bytesMax]: Parameters<Fragment['copy']>): number | undefined {
    return this.scan(cursor, effects, bytesMax, (entry) => writePut(effects, entry))
  }

  /** Passes entries from the cursor on until so many bytes are written; the next cursor. */
  scan(
    cursor: number,
    sink: ByteSink,
    bytesMax: number,
    write: (entry: Entry) => void,
  ): number | undefined {
    return this.#entries.copy(cursor, sink, bytesMax, write)
  }

  #keep(entry: Entry): void {
    this.#drop(entry.position)
    this.#entries.put(entry)
    this.#keyBytes += entry.key.length
    const text = keyOf(entry.key)
    const positions = this.#positions.get(text)
    if (positions === undefined) this.#positions.set(text, [entry.position])
    else {
      positions.push(entry.position)
      // Only in a backup that is being filled they come in another order.
      if (positions.at(-2)! > entry.position) positions.sort((one, other) => one - other)
    }
  }

  #drop(position: number): void {
    const entry = this.#entries.remove(position)
    if (entry === undefined) return
    this.#keyBytes -= entry.key.length
    const text = keyOf(entry.key)
    const positions = this.#positions.get(text)!
    if (positions.length === 1) this.#positions.delete(text)
    else positions.splice(positions.indexOf(position), 1)
  }
}

const writePut = (effects: ByteSink, { position, key, value }: Entry): void => {
  effects.u8(PUT)
  effects.f64(position)
  effects.bytes(key)
  effects.bytes(value)
}
