/**
 * DES in CBC mode with PKCS 5 padding, as SeaTunnel's DES_ENCRYPT and DES_DECRYPT use it: the key is
 * the first 8 bytes of the text, the first block is mixed with `12345678`, and the result is
 * base64. DES is broken; the functions are here for data that was encrypted with it.
 */

const BLOCK_BYTES = 8
const FIRST_BLOCK = new TextEncoder().encode('12345678')

const numbers = (text: string): readonly number[] => text.trim().split(/\s+/).map(Number)

// The tables of FIPS 46-3. Numbers in a permutation are the bits, from 1, that its output takes.
const INITIAL = numbers(`
  58 50 42 34 26 18 10 2 60 52 44 36 28 20 12 4 62 54 46 38 30 22 14 6 64 56 48 40 32 24 16 8
  57 49 41 33 25 17 9 1 59 51 43 35 27 19 11 3 61 53 45 37 29 21 13 5 63 55 47 39 31 23 15 7
`)
const EXPANSION = numbers(`
  32 1 2 3 4 5 4 5 6 7 8 9 8 9 10 11 12 13 12 13 14 15 16 17 16 17 18 19 20 21 20 21 22 23 24
  25 24 25 26 27 28 29 28 29 30 31 32 1
`)
const ROUND = numbers(`
  16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25
`)
const KEY = numbers(`
  57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36 63 55 47 39
  31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4
`)
const SUBKEY = numbers(`
  14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2 41 52 31 37 47 55 30 40 51 45
  33 48 44 49 39 56 34 53 46 42 50 36 29 32
`)
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
/** The eight substitution boxes: the hexadecimal digits of their four rows, one after the other. */
const BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((rows) => Array.from(rows.replaceAll(' ', ''), (digit) => Number.parseInt(digit, 16)))

/** One byte a bit. */
type Bits = Uint8Array

const bitsOf = (bytes: Uint8Array): Bits =>
  Uint8Array.from(
    { length: bytes.length * 8 },
    (_, bit) => (bytes[bit >> 3]! >> (7 - (bit & 7))) & 1,
  )

const bytesOf = (bits: Bits): Uint8Array => {
  const bytes = new Uint8Array(bits.length / 8)
  for (let bit = 0; bit < bits.length; bit += 1) bytes[bit >> 3]! |= bits[bit]! << (7 - (bit & 7))
  return bytes
}

const permute = (bits: Bits, places: readonly number[]): Bits =>
  Uint8Array.from(places, (place) => bits[place - 1]!)

/** The permutation that undoes `INITIAL`. */
const FINAL = INITIAL.map((_, index) => INITIAL.indexOf(index + 1) + 1)

const subkeysOf = (key: Uint8Array): readonly Bits[] => {
  let halves = permute(bitsOf(key), KEY)
  return SHIFTS.map((shift) => {
    halves = halves.map((_, index) => {
      const half = index < 28 ? 0 : 28
      return halves[half + ((index - half + shift) % 28)]!
    })
    return permute(halves, SUBKEY)
  })
}

const scramble = (right: Bits, subkey: Bits): Bits => {
  const mixed = permute(right, EXPANSION)
  const substituted = new Uint8Array(32)
  for (let box = 0; box < 8; box += 1) {
    let index = 0
    // The outer two bits choose the row, the inner four the column.
    for (const bit of [0, 5, 1, 2, 3, 4]) {
      index = index * 2 + (mixed[box * 6 + bit]! ^ subkey[box * 6 + bit]!)
    }
    const digit = BOXES[box]![index]!
    for (let bit = 0; bit < 4; bit += 1) substituted[box * 4 + bit] = (digit >> (3 - bit)) & 1
  }
  return permute(substituted, ROUND)
}

const cipherBlock = (block: Uint8Array, subkeys: readonly Bits[]): Uint8Array => {
  const bits = permute(bitsOf(block), INITIAL)
  let left = bits.subarray(0, 32)
  let right = bits.subarray(32)
  for (const subkey of subkeys) {
    const scrambled = scramble(right, subkey)
    const next = left.map((bit, index) => bit ^ scrambled[index]!)
    left = right
    right = next
  }
  const joined = new Uint8Array(64)
  joined.set(right)
  joined.set(left, 32)
  return bytesOf(permute(joined, FINAL))
}

const mix = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  left.map((byte, index) => byte ^ right[index]!)

const keyOf = (password: string): Uint8Array | null =>
  password.length < BLOCK_BYTES ? null : new TextEncoder().encode(password).subarray(0, BLOCK_BYTES)

/** The encrypted text in base64; null when the key has fewer than 8 characters. */
export const desEncrypt = (password: string, text: string): string | null => {
  const key = keyOf(password)
  if (key === null) return null
  const plain = new TextEncoder().encode(text)
  const padding = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
  const result = new Uint8Array(plain.length + padding).fill(padding)
  result.set(plain)
  const subkeys = subkeysOf(key)
  let last: Uint8Array = FIRST_BLOCK
  for (let offset = 0; offset < result.length; offset += BLOCK_BYTES) {
    last = cipherBlock(mix(result.subarray(offset, offset + BLOCK_BYTES), last), subkeys)
    result.set(last, offset)
  }
  return result.toBase64()
}

/** The plain text; null when the key or the text cannot be right. */
export const desDecrypt = (password: string, text: string): string | null => {
  const key = keyOf(password)
  const encrypted = base64Of(text)
  if (key === null || encrypted === null || encrypted.length === 0) return null
  if (encrypted.length % BLOCK_BYTES !== 0) return null
  const subkeys = subkeysOf(key).toReversed()
  const plain = new Uint8Array(encrypted.length)
  let last: Uint8Array = FIRST_BLOCK
  for (let offset = 0; offset < encrypted.length; offset += BLOCK_BYTES) {
    const block = encrypted.subarray(offset, offset + BLOCK_BYTES)
    plain.set(mix(cipherBlock(block, subkeys), last), offset)
    last = block
  }
  const padding = plain.at(-1)!
  if (padding < 1 || padding > BLOCK_BYTES) return null
  return new TextDecoder().decode(plain.subarray(0, plain.length - padding))
}

const base64Of = (text: string): Uint8Array | null => {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return null
  }
}
