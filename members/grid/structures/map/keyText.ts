/** The first bytes of a Data are the hash of its partition, which is no part of the key. */
const PARTITION_HASH_BYTES = 4
const UNITS_AT_ONCE = 1024

/** A key as a text that only equal keys have, for what is looked up rarely enough. */
export const keyTextOf = (key: Uint8Array): string => {
  let text = ''
  for (let at = PARTITION_HASH_BYTES; at < key.length; at += UNITS_AT_ONCE) {
    text += String.fromCharCode(...key.subarray(at, at + UNITS_AT_ONCE))
  }
  return text
}

/** Two values are the same when their type and payload are. */
export const sameData = (left: Uint8Array, right: Uint8Array): boolean => {
  if (left.length !== right.length) return false
  for (let at = PARTITION_HASH_BYTES; at < left.length; at += 1) {
    if (left[at] !== right[at]) return false
  }
  return true
}
