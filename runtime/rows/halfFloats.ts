const bits = new DataView(new ArrayBuffer(4))

/** The number that 16 raw bits of IEEE 754 half precision stand for. */
export const numberOfFloat16 = (raw: number): number => {
  bits.setUint16(0, raw)
  return bits.getFloat16(0)
}

/** The 16 raw bits of the nearest half-precision number. */
export const float16Of = (number: number): number => {
  bits.setFloat16(0, number)
  return bits.getUint16(0)
}

/** The number that 16 raw bits of bfloat16, the upper half of a float, stand for. */
export const numberOfBfloat16 = (raw: number): number => {
  bits.setUint32(0, raw << 16)
  return bits.getFloat32(0)
}

/** The 16 raw bits of the nearest bfloat16, ties to even. */
export const bfloat16Of = (number: number): number => {
  bits.setFloat32(0, number)
  const raw = bits.getUint32(0)
  if (Number.isNaN(number)) return (raw >>> 16) | 0x40
  return (raw + 0x7fff + ((raw >>> 16) & 1)) >>> 16
}
