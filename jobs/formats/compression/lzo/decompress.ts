/** Behind a run of literals, and not behind a match with none to three of them. */
const AFTER_LITERALS = 4
const FIRST_LITERALS = 17
const END_DISTANCE = 0x4000
const END_INSTRUCTION = 0x11

/**
 * Decompresses one LZO1X stream into `output`, which it must fill exactly. False when the stream is
 * damaged: nothing is then known of `output`. Reads nothing beyond `input`.
 */
export const decompressLzo1x = (input: Uint8Array, output: Uint8Array): boolean => {
  let at = 0
  let to = 0

  /** A length that goes on in further bytes. Behind the end it is short, and `at` tells. */
  const longLength = (base: number): number => {
    let length = base
    while (input[at] === 0) {
      length += 255
      at += 1
    }
    at += 1
    return length + (input[at - 1] ?? 0)
  }
  const copyLiterals = (count: number): boolean => {
    if (count > input.length - at || count > output.length - to) return false
    for (let left = count; left > 0; left -= 1) output[to++] = input[at++]!
    return true
  }
  const copyMatch = (distance: number, length: number): boolean => {
    if (at > input.length || distance > to || length > output.length - to) return false
    // A match may reach into what it makes itself, so it goes byte by byte.
    for (let left = length; left > 0; left -= 1, to += 1) output[to] = output[to - distance]!
    return true
  }

  /** What the instruction before leaves: none to three literals behind a match, or AFTER_LITERALS. */
  let state = 0
  if (input.length > 0 && input[0]! > FIRST_LITERALS) {
    const count = input[0]! - FIRST_LITERALS
    at = 1
    if (!copyLiterals(count)) return false
    state = Math.min(count, AFTER_LITERALS)
  }
  while (at < input.length) {
    const instruction = input[at++]!
    if (instruction < 0x10 && state === 0) {
      const count = 3 + (instruction === 0 ? longLength(15) : instruction)
      if (!copyLiterals(count)) return false
      state = AFTER_LITERALS
      continue
    }
    let length: number
    let distance: number
    let literals = instruction & 3
    if (instruction >= 0x40) {
      length = instruction >= 0x80 ? 5 + ((instruction >> 5) & 3) : 3 + ((instruction >> 5) & 1)
      distance = ((input[at++] ?? 0) << 3) + ((instruction >> 2) & 7) + 1
    } else if (instruction >= 0x10) {
      const isFar = instruction < 0x20
      const bits = instruction & (isFar ? 7 : 31)
      length = 2 + (bits === 0 ? longLength(isFar ? 7 : 31) : bits)
      const word = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
      at += 2
      literals = word & 3
      distance = isFar ? END_DISTANCE + ((instruction & 8) << 11) + (word >> 2) : (word >> 2) + 1
      if (isFar && distance === END_DISTANCE) {
        return instruction === END_INSTRUCTION && at === input.length && to === output.length
      }
    } else {
      length = state === AFTER_LITERALS ? 3 : 2
      distance = ((input[at++] ?? 0) << 2) + (instruction >> 2) + 1
      if (state === AFTER_LITERALS) distance += 0x800
    }
    if (!copyMatch(distance, length) || !copyLiterals(literals)) return false
    state = literals
  }
  return false
}
