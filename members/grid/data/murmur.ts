/** Hazelcast's seed. */
const SEED = 0x01000193

/** The hash over `bytes[start]` to `bytes[end - 1]`: murmur3 (x86, 32 bits), as Hazelcast's. */
export const murmurOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = SEED
  let at = start
  for (; at + 4 <= end; at += 4) {
    const block =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    hash ^= scramble(block)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let shift = 0; at < end; at += 1, shift += 8) rest |= bytes[at]! << shift
  return finish(hash ^ scramble(rest) ^ (end - start))
}

const scramble = (block: number): number => {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

const finish = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
