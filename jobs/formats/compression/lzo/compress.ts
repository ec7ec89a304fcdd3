import type { ByteSink } from '../../byteSink.ts'

const HASH_BITS = 14
/** The places of four bytes seen before, by their hash. */
export const createMatchTable = (): Int32Array => new Int32Array(1 << HASH_BITS)

/** The shortest match looked for: shorter ones save too little to be worth finding. */
const MATCH_MIN = 4
const DISTANCE_MAX = 0xbfff

/** The longest matches and distances that each kind of instruction holds. */
const SHORT_LENGTH_MAX = 8
const SHORT_DISTANCE_MAX = 0x800
const MIDDLE_LENGTH_MAX = 33
const MIDDLE_DISTANCE_MAX = 0x4000
const FAR_LENGTH_MAX = 9

/** A first byte above this is not an instruction but a count of literals. */
const FIRST_LITERALS = 17

/**
 * Appends `input` to `sink` as one LZO1X stream with its end mark. Greedy: takes the last place with
 * the same four bytes, and looks less often the longer it finds nothing.
 */
export const compressLzo1x = (input: Uint8Array, table: Int32Array, sink: ByteSink): void => {
  const begin = sink.length
  table.fill(-1)
  const searchEnd = input.length - MATCH_MIN
  let literalStart = 0
  let at = 0
  while (at <= searchEnd) {
    const word = wordAt(input, at)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = table[slot]!
    table[slot] = at
    const isMatch =
      candidate >= 0 && at - candidate <= DISTANCE_MAX && wordAt(input, candidate) === word
    if (!isMatch) {
      at += 1 + ((at - literalStart) >> 5)
      continue
    }
    const length = matchLength(input, candidate, at)
    putLiterals(sink, begin, input, literalStart, at)
    putMatch(sink, at - candidate, length)
    at += length
    literalStart = at
  }
  putLiterals(sink, begin, input, literalStart, input.length)
  sink.byte(0x11)
  sink.byte(0)
  sink.byte(0)
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

const matchLength = (bytes: Uint8Array, from: number, to: number): number => {
  let length = MATCH_MIN
  while (to + length < bytes.length && bytes[from + length] === bytes[to + length]) length += 1
  return length
}

const putLiterals = (
  sink: ByteSink,
  begin: number,
  input: Uint8Array,
  start: number,
  end: number,
): void => {
  const count = end - start
  if (count === 0) return
  if (sink.length === begin && count <= 255 - FIRST_LITERALS) {
    sink.byte(FIRST_LITERALS + count)
  } else if (count <= 3) {
    // Up to three literals are counted in the two lowest bits of the match before them.
    sink.bytes[sink.length - 2] = sink.bytes[sink.length - 2]! | count
  } else if (count <= 18) {
    sink.byte(count - 3)
  } else {
    sink.byte(0)
    putLength(sink, count - 18)
  }
  sink.slice(input, start, end)
}

const putMatch = (sink: ByteSink, distance: number, length: number): void => {
  if (length <= SHORT_LENGTH_MAX && distance <= SHORT_DISTANCE_MAX) {
    const back = distance - 1
    sink.byte(((length - 1) << 5) | ((back & 7) << 2))
    sink.byte(back >> 3)
    return
  }
  if (distance <= MIDDLE_DISTANCE_MAX) {
    putMatchLength(sink, 0x20, length, MIDDLE_LENGTH_MAX)
    putBack(sink, distance - 1)
    return
  }
  const back = distance - MIDDLE_DISTANCE_MAX
  putMatchLength(sink, 0x10 | ((back >> 11) & 8), length, FAR_LENGTH_MAX)
  putBack(sink, back)
}

const putMatchLength = (
  sink: ByteSink,
  instruction: number,
  length: number,
  lengthMax: number,
): void => {
  if (length <= lengthMax) {
    sink.byte(instruction | (length - 2))
    return
  }
  sink.byte(instruction)
  putLength(sink, length - lengthMax)
}

/** A length beyond what its instruction holds: a zero for each 255, then the rest, which is not 0. */
const putLength = (sink: ByteSink, length: number): void => {
  let rest = length
  for (; rest > 255; rest -= 255) sink.byte(0)
  sink.byte(rest)
}

/** Fourteen bits of distance, above the two bits that count literals. */
const putBack = (sink: ByteSink, back: number): void => {
  sink.byte((back << 2) & 0xff)
  sink.byte((back >> 6) & 0xff)
}
