import { combinationsOf, textsReader, type AttributeIndex } from './hashIndex.ts'

const BITS = 32

/** A list of bits that grows. */
class Bits {
  words = new Uint32Array(1)

  set(at: number): void {
    const word = at >>> 5
    if (word >= this.words.length) {
      const larger = new Uint32Array(Math.max(word + 1, this.words.length * 2))
      larger.set(this.words)
      this.words = larger
    }
    this.words[word]! |= 1 << (at & (BITS - 1))
  }

  unset(at: number): void {
    if (at >>> 5 < this.words.length) this.words[at >>> 5]! &= ~(1 << (at & (BITS - 1)))
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0)
  }
}

/**
 * By equality on one attribute of few values: for each value a list of bits, one for every entry.
 * Entries get numbers of their own, so that the lists stay dense.
 */
export const createBitmapIndex = (names: readonly string[]): AttributeIndex => {
  const textsOf = textsReader(names)
  const bitsOf = new Map<string, Bits>()
  const numbers = new Map<number, number>()
  let ids: number[] = []
  let spare: number[] = []
  return {
    add(id, entry) {
      const number = spare.pop() ?? ids.length
      numbers.set(id, number)
      ids[number] = id
      for (const text of textsOf(entry)) {
        let bits = bitsOf.get(text)
        if (bits === undefined) bitsOf.set(text, (bits = new Bits()))
        bits.set(number)
      }
    },
    remove(id, entry) {
      const number = numbers.get(id)
      if (number === undefined) return
      numbers.delete(id)
      spare.push(number)
      for (const text of textsOf(entry)) {
        const bits = bitsOf.get(text)
        bits?.unset(number)
        if (bits?.isEmpty === true) bitsOf.delete(text)
      }
    },
    clear() {
      bitsOf.clear()
      numbers.clear()
      ids = []
      spare = []
    },
    find(conditions) {
      const combinations = combinationsOf(names, conditions)
      if (combinations === undefined) return undefined
      const found = new Set<number>()
      for (const text of combinations) {
        const words = bitsOf.get(text)?.words ?? new Uint32Array(0)
        for (const [index, word] of words.entries()) {
          // The lowest bit that is set, again and again.
          for (let rest = word; rest !== 0; rest &= rest - 1) {
            found.add(ids[index * BITS + BITS - 1 - Math.clz32(rest & -rest)]!)
          }
        }
      }
      return found
    },
  }
}
