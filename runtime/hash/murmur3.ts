/* murmur3 (x86, 32 bits); blocks are little-endian. */

/** The hash over `bytes[start]` to `bytes[end - 1]`. */
export const hashBytes = (seed: number, bytes: Uint8Array, start: number, end: number): number => {
  let hash = seed
  let at = start
  for (; at + 4 <= end; at += 4) {
    const block =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    hash = mix(hash, block)
  }
  let rest = 0
  for (let shift = 0; at < end; at += 1, shift += 8) rest |= bytes[at]! << shift
  // Only the last block of murmur3 leaves the running hash unrotated.
  if (((end - start) & 3) !== 0) hash ^= scramble(rest)
  return finish(hash, end - start)
}

const scramble = (block: number): number => {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

/** The running hash with one more block of four bytes. */
export const mix = (hash: number, block: number): number => {
  const mixed = hash ^ scramble(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** The hash of `length` bytes, from the running hash over them. */
export const finish = (hash: number, length: number): number => {
  let mixed = hash ^ length
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
