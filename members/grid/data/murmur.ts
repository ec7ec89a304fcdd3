import { hashBytes } from '../../../runtime/hash/index.ts'

/** Hazelcast's seed. */
const SEED = 0x01000193

/** The hash over `bytes[start]` to `bytes[end - 1]`: murmur3 (x86, 32 bits), as Hazelcast's. */
export const murmurOf = (bytes: Uint8Array, start: number, end: number): number =>
  hashBytes(SEED, bytes, start, end)
