export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => {
  if (one.length !== other.length) return false
  // Values of one type often differ only at their end.
  for (let index = one.length - 1; index >= 0; index -= 1) {
    if (one[index] !== other[index]) return false
  }
  return true
}
