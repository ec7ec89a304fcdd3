const FNV_PRIME = 0x01000193
const FNV_START = 0x811c9dc5

const scratch = new Float64Array(1)
const scratchWords = new Uint32Array(scratch.buffer)

/** Spreads the bits, so that sums of hashes differ when their parts do. */
const spread = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/**
 * A 32-bit hash of a number and bytes, the same on every member. Sums of such hashes tell whether two
 * replicas hold the same; they are no protection against an attacker.
 */
export const hashOf = (number: number, bytes?: Uint8Array): number => {
  scratch[0] = number
  let hash = Math.imul(FNV_START ^ scratchWords[0]!, FNV_PRIME)
  hash = Math.imul(hash ^ (hash >>> 15) ^ scratchWords[1]!, FNV_PRIME)
  if (bytes !== undefined) {
    for (let index = 0; index < bytes.length; index += 1) {
      hash = Math.imul(hash ^ bytes[index]!, FNV_PRIME)
    }
    hash ^= bytes.length
  }
  return spread(hash)
}

/** The sum of two hashes, in whose parts the order does not matter. */
export const plusHash = (sum: number, hash: number): number => (sum + hash) >>> 0

export const minusHash = (sum: number, hash: number): number => (sum - hash) >>> 0
