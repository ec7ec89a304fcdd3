const MULTIPLIER = 0xc6a4a7935bd1e995n
const SHIFT = 47n
const SEED = 0n

const wrap = (number: bigint): bigint => BigInt.asUintN(64, number)

/** MurmurHash64A with seed 0, as a signed 64-bit integer. */
export const murmur64 = (bytes: Uint8Array): bigint => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 8)
  let hash = wrap(SEED ^ (BigInt(bytes.length) * MULTIPLIER))
  for (let offset = 0; offset < whole; offset += 8) {
    let block = wrap(view.getBigUint64(offset, true) * MULTIPLIER)
    block = wrap((block ^ (block >> SHIFT)) * MULTIPLIER)
    hash = wrap((hash ^ block) * MULTIPLIER)
  }
  if (whole < bytes.length) {
    let rest = 0n
    for (let offset = bytes.length - 1; offset >= whole; offset -= 1) {
      rest = (rest << 8n) | BigInt(bytes[offset]!)
    }
    hash = wrap((hash ^ rest) * MULTIPLIER)
  }
  hash = wrap((hash ^ (hash >> SHIFT)) * MULTIPLIER)
  return BigInt.asIntN(64, hash ^ (hash >> SHIFT))
}
