import { Utf8Vector } from '../../../runtime/rows/index.ts'
import type { ColumnGenerator } from './generator.ts'
import { WORD_SHARE, type RandomWords } from './random.ts'

const LETTER_COUNT = 26

/** A letter for each byte: a few letters have one byte more than the others, which nobody minds. */
const LETTERS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const index = (byte * LETTER_COUNT * 2) >>> 8
  return index < LETTER_COUNT ? 65 + index : 97 + index - LETTER_COUNT
})

const randomLetters = (random: RandomWords, count: number): Uint8Array => {
  const words = random.take((count + 3) >>> 2)
  const letters = new Uint8Array((count + 3) & ~3)
  for (let index = 0; index < letters.length; index += 4) {
    const word = words[index >>> 2]!
    letters[index] = LETTERS[word & 255]!
    letters[index + 1] = LETTERS[(word >>> 8) & 255]!
    letters[index + 2] = LETTERS[(word >>> 16) & 255]!
    letters[index + 3] = LETTERS[word >>> 24]!
  }
  return letters
}

/** Strings of `length` random letters. */
export const letterStrings = (length: number): ColumnGenerator => {
  let starts = new Int32Array(0)
  let ends = new Int32Array(0)
  return (random, rowCount) => {
    const bytes = randomLetters(random, rowCount * length)
    if (starts.length !== rowCount) {
      starts = Int32Array.from({ length: rowCount }, (_, row) => row * length)
      ends = Int32Array.from({ length: rowCount }, (_, row) => (row + 1) * length)
    }
    return Utf8Vector.ofBytes({ bytes, starts, ends, ascii: true }, null)
  }
}

export const pickStrings =
  (choices: readonly string[]): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount)
    const strings = new Array<string>(rowCount)
    const scale = choices.length * WORD_SHARE
    for (let row = 0; row < rowCount; row += 1) {
      strings[row] = choices[Math.floor(words[row]! * scale)]!
    }
    return Utf8Vector.ofStrings(strings, null)
  }

/** Byte strings of `length` random letters. */
export const letterBytes =
  (length: number): ColumnGenerator =>
  (random, rowCount) => {
    const letters = randomLetters(random, rowCount * length)
    const values = new Array<Uint8Array>(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = letters.subarray(row * length, (row + 1) * length)
    }
    return { kind: 'object', values, nulls: null }
  }
