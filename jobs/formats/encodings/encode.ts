import { decoderOf, isLatin1, isUtf8 } from './decode.ts'

/** Converts whole texts from UTF-8. */
export type EncodeBytes = (utf8: Uint8Array) => Uint8Array

const QUESTION_MARK = 63
const CODE_UNITS = 0x10000

/**
 * The conversion from UTF-8 to `encoding`, or null where none is needed. A character that the
 * encoding lacks becomes a question mark, as in Java. Throws FIL-005.
 */
export const encoderOf = (encoding: string): EncodeBytes | null => {
  const made = encoders.get(encoding)
  if (made !== undefined) return made
  const encoder = makeEncoder(encoding)
  encoders.set(encoding, encoder)
  return encoder
}

/** There are few encodings, and a table of one takes some milliseconds to make. */
const encoders = new Map<string, EncodeBytes | null>()

const makeEncoder = (encoding: string): EncodeBytes | null => {
  if (isUtf8(encoding)) return null
  if (isLatin1(encoding)) return tableEncoder(latin1Codes())
  const decoder = decoderOf(encoding)
  switch (decoder.encoding) {
    case 'utf-8':
      return null
    case 'utf-16le':
      return utf16Encoder(true)
    case 'utf-16be':
      return utf16Encoder(false)
    default:
      return tableEncoder(codesOf(decoder))
  }
}

const latin1Codes = (): Int32Array => {
  const codes = new Int32Array(CODE_UNITS).fill(-1)
  for (let unit = 0; unit < 256; unit += 1) codes[unit] = unit
  return codes
}

const HIGH_BYTES = 256

/**
 * The code of each character, found by decoding every code of one and of two bytes. Of two codes
 * for a character the lower one wins.
 */
const codesOf = (decoder: TextDecoder): Int32Array => {
  const codes = new Int32Array(CODE_UNITS).fill(-1)
  const note = (text: string, code: number): void => {
    const unit = text.charCodeAt(0)
    if (text.length === 1 && unit !== 0xfffd && codes[unit]! < 0) codes[unit] = code
  }
  for (let byte = 0; byte < HIGH_BYTES; byte += 1) {
    note(decoder.decode(Uint8Array.of(byte)), byte)
  }
  for (let high = 0x80; high < HIGH_BYTES; high += 1) {
    for (let low = 0x30; low < HIGH_BYTES; low += 1) {
      note(decoder.decode(Uint8Array.of(high, low)), (high << 8) | low)
    }
  }
  return codes
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const tableEncoder =
  (codes: Int32Array): EncodeBytes =>
  (bytes) => {
    const text = utf8.decode(bytes)
    const encoded = new Uint8Array(text.length * 2)
    let at = 0
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index)
      const isPair = unit >= 0xd800 && unit < 0xdc00
      const code = isPair ? -1 : codes[unit]!
      if (isPair) index += 1
      if (code < 0) {
        encoded[at++] = QUESTION_MARK
      } else {
        if (code > 0xff) encoded[at++] = code >> 8
        encoded[at++] = code & 0xff
      }
    }
    return encoded.subarray(0, at)
  }

const utf16Encoder =
  (isLittleEndian: boolean): EncodeBytes =>
  (bytes) => {
    const text = utf8.decode(bytes)
    const view = new DataView(new ArrayBuffer(text.length * 2))
    for (let index = 0; index < text.length; index += 1) {
      view.setUint16(index * 2, text.charCodeAt(index), isLittleEndian)
    }
    return new Uint8Array(view.buffer)
  }
