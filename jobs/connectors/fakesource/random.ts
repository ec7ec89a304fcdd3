/**
 * Random 32-bit words that follow from a seed, a column and a row alone: a split that is read again
 * from a position yields the same rows, whoever reads it.
 */
export interface RandomWords {
  /** Begins the words of one column from row `position` on. */
  start(column: number, position: number): void
  /** The next `count` words; valid until the next call. */
  take(count: number): Uint32Array
}

const GOLDEN = 0x9e3779b9

/** A bijection of 32-bit words with little bias ("lowbias32" of Chris Wellons' hash prospector). */
const mix = (word: number): number => {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x7feb352d)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x846ca68b)
  return mixed ^ (mixed >>> 16)
}

export const createRandomWords = (seed: number): RandomWords => {
  let scratch = new Uint32Array(0)
  let counter = 0
  let key = 0

  return {
    start(column, position) {
      const stream = mix(seed ^ mix(column + GOLDEN))
      const low = mix(stream ^ (position >>> 0))
      key = mix(low ^ Math.floor(position / 0x1_0000_0000))
      counter = mix(key + GOLDEN)
    },
    take(count) {
      if (scratch.length < count) scratch = new Uint32Array(count)
      const words = scratch
      for (let index = 0; index < count; index += 1) {
        // The mixing of `mix`, with the key between its two halves: a counter alone would repeat
        // itself after 2^32 words.
        let word = counter ^ (counter >>> 16)
        word = Math.imul(word, 0x7feb352d) ^ key
        word ^= word >>> 15
        word = Math.imul(word, 0x846ca68b)
        words[index] = word ^ (word >>> 16)
        counter = (counter + 1) | 0
      }
      return words
    },
  }
}

/** Turns a word into a number in [0, 1). */
export const WORD_SHARE = 2 ** -32

/** A number in [0, 1) with 53 random bits out of two words. */
export const fraction = (high: number, low: number): number =>
  (high * 0x20_0000 + (low >>> 11)) * 2 ** -53
