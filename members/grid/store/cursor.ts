/**
 * Counts up the bits of the mask from the highest to the lowest. A bucket of a table is split, when
 * it grows, into those that differ in a higher bit, and these are neighbours in this order; so what
 * lies before a cursor in one table lies before it in a larger or a smaller one.
 */
export const nextCursor = (cursor: number, mask: number): number =>
  reverse((reverse(cursor | ~mask) + 1) | 0) >>> 0

const reverse = (bits: number): number => {
  let word = bits
  word = ((word >>> 1) & 0x55555555) | ((word & 0x55555555) << 1)
  word = ((word >>> 2) & 0x33333333) | ((word & 0x33333333) << 2)
  word = ((word >>> 4) & 0x0f0f0f0f) | ((word & 0x0f0f0f0f) << 4)
  word = ((word >>> 8) & 0x00ff00ff) | ((word & 0x00ff00ff) << 8)
  return (word >>> 16) | (word << 16)
}
