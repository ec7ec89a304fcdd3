/** Records lie at multiples of this. */
export const UNIT_BYTES = 16

/** Up to here sizes are multiples of the unit; above, each doubling has eight: 12.5 % is lost at most. */
const FINE_BYTES_MAX = 256
const STEPS = 8

/** A larger record has a page of its own. */
export const CLASS_BYTES_MAX = 32 * 1024

const classSizes = (): number[] => {
  const sizes: number[] = []
  for (let size = UNIT_BYTES; size <= FINE_BYTES_MAX; size += UNIT_BYTES) sizes.push(size)
  for (let base = FINE_BYTES_MAX; base < CLASS_BYTES_MAX; base *= 2) {
    for (let step = 1; step <= STEPS; step += 1) sizes.push(base + (base / STEPS) * step)
  }
  return sizes
}

/** The bytes of a slot of each class, rising. */
export const CLASS_BYTES: readonly number[] = classSizes()

const FINE_CLASSES = FINE_BYTES_MAX / UNIT_BYTES
const FINE_BITS = 31 - Math.clz32(FINE_BYTES_MAX)

/** The smallest class whose slots have room for so many bytes, which are at most CLASS_BYTES_MAX. */
export const classOf = (sizeBytes: number): number => {
  if (sizeBytes <= FINE_BYTES_MAX) return ((sizeBytes + UNIT_BYTES - 1) / UNIT_BYTES - 1) | 0
  const doubling = 31 - Math.clz32(sizeBytes - 1)
  const stepBytes = 2 ** doubling / STEPS
  const step = Math.floor((sizeBytes - 1 - 2 ** doubling) / stepBytes)
  return FINE_CLASSES + (doubling - FINE_BITS) * STEPS + step
}
