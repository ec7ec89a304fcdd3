const BITS_OF_BYTE = 8

/** Java's bytes of an integer: big-endian, two's complement, as few as possible. */
export const bytesOfInteger = (value: bigint): Uint8Array => {
  const magnitude = value < 0n ? -value - 1n : value
  const digits = magnitude === 0n ? 0 : magnitude.toString(2).length
  const count = Math.floor(digits / BITS_OF_BYTE) + 1
  const hex = BigInt.asUintN(count * BITS_OF_BYTE, value)
    .toString(16)
    .padStart(count * 2, '0')
  return Uint8Array.fromHex(hex)
}

/** The integer of Java's bytes; none are 0. */
export const integerOfBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * BITS_OF_BYTE, BigInt(`0x${bytes.toHex()}`))
