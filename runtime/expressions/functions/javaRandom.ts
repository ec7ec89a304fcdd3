const MULTIPLIER = 0x5deece66dn
const MASK = (1n << 48n) - 1n

/** The first double of Java's `Random` with this seed: RAND(seed) gives what SeaTunnel gives. */
export const javaRandom = (seed: number): number => {
  let state = (BigInt(seed) ^ MULTIPLIER) & MASK
  const next = (bits: bigint): bigint => {
    state = (state * MULTIPLIER + 0xbn) & MASK
    return state >> (48n - bits)
  }
  const high = next(26n)
  return Number((high << 27n) + next(27n)) / 2 ** 53
}
