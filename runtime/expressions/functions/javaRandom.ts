const MULTIPLIER = 0x5deece66dn
const MASK = (1n << 48n) - 1n

/** Doubles in [0, 1) as Java's `Random` gives them for a seed: RAND(seed) is SeaTunnel's. */
export const makeJavaRandom = (seed: number): (() => number) => {
  let state = (BigInt(seed) ^ MULTIPLIER) & MASK
  const next = (bits: bigint): bigint => {
    state = (state * MULTIPLIER + 0xbn) & MASK
    return state >> (48n - bits)
  }
  return () => {
    const high = next(26n)
    return Number((high << 27n) + next(27n)) / 2 ** 53
  }
}

/** A normally distributed number, by Marsaglia's polar method. */
export const gaussian = (random: () => number): number => {
  while (true) {
    const x = 2 * random() - 1
    const y = 2 * random() - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
  }
}
