import type { Random } from '../../../runtime/host/index.ts'

/** Randomness that its seed determines: equal seeds give equal draws. */
export interface SeededRandom extends Random {
  /** True with the probability `rate`. */
  chance(rate: number): boolean
  /** Uniform in [from, to). */
  between(from: number, to: number): number
  pick<T>(items: readonly T[]): T
  shuffled<T>(items: readonly T[]): T[]
  /** A stream of its own, so that the draws of one user do not disturb another's. */
  fork(label: string): SeededRandom
}

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

/** FNV-1a over the characters of a text, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}

/**
 * The sfc32 generator (Chris Doty-Humphrey, PractRand): 128 bits of state, period 2^64 or more on
 * average. The first rounds only mix the seed in.
 */
const createSfc32 = (seed: string): (() => number) => {
  let a = hashOf(seed)
  let b = hashOf(`${seed}/b`)
  let c = hashOf(`${seed}/c`)
  let counter = 1
  const next = (): number => {
    const mixed = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + mixed
    return mixed >>> 0
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}

const uuidOf = (bytes: Uint8Array): string => {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => HEX[byte]!).join('')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `${parts.join('-')}-${hex.slice(20)}`
}

export const createSeededRandom = (seed: string): SeededRandom => {
  const draw = createSfc32(seed)
  const next = (): number => draw() / 2 ** 32
  const integer = (bound: number): number => Math.floor(next() * bound)
  const bytes = (length: number): Uint8Array => {
    const drawn = new Uint8Array(length)
    for (let at = 0; at < length; at += 1) drawn[at] = draw()
    return drawn
  }
  const shuffled = <T>(items: readonly T[]): T[] => {
    const mixed = [...items]
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const other = integer(last + 1)
      const kept = mixed[last]!
      mixed[last] = mixed[other]!
      mixed[other] = kept
    }
    return mixed
  }
  return {
    next,
    integer,
    bytes,
    uuid: () => uuidOf(bytes(16)),
    chance: (rate) => rate > 0 && next() < rate,
    between: (from, to) => from + next() * (to - from),
    pick: (items) => items[integer(items.length)]!,
    shuffled,
    fork: (label) => createSeededRandom(`${seed}/${label}`),
  }
}
