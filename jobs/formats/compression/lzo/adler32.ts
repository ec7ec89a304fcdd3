const MODULUS = 65521
/** The most bytes whose sums stay below 2^32. */
const RUN_BYTES = 3800

/** The checksum of RFC 1950. */
export const adler32 = (bytes: Uint8Array): number => {
  let low = 1
  let high = 0
  for (let start = 0; start < bytes.length; start += RUN_BYTES) {
    const end = Math.min(start + RUN_BYTES, bytes.length)
    for (let at = start; at < end; at += 1) {
      low += bytes[at]!
      high += low
    }
    low %= MODULUS
    high %= MODULUS
  }
  return high * 65536 + low
}
