import { assert } from '../errors/index.ts'

const encoder = new TextEncoder()

/** Bytes of UTF-8, one slice a row; slices may share one buffer and leave gaps. */
export interface Utf8Bytes {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** True when every byte of every slice is below 128: then bytes and characters count the same. */
  readonly ascii: boolean
}

/**
 * A column of strings, held as JavaScript strings or as UTF-8 slices and converted, whole and once,
 * when the other form is asked for. A null row is an empty string or slice.
 */
export class Utf8Vector {
  readonly kind = 'utf8'
  readonly nulls: Uint8Array | null
  #strings: readonly string[] | null
  #utf8: Utf8Bytes | null

  private constructor(
    strings: readonly string[] | null,
    utf8: Utf8Bytes | null,
    nulls: Uint8Array | null,
  ) {
    this.#strings = strings
    this.#utf8 = utf8
    this.nulls = nulls
  }

  static ofStrings(strings: readonly string[], nulls: Uint8Array | null): Utf8Vector {
    return new Utf8Vector(strings, null, nulls)
  }

  static ofBytes(utf8: Utf8Bytes, nulls: Uint8Array | null): Utf8Vector {
    assert(utf8.starts.length === utf8.ends.length, 'a slice has a start and an end')
    return new Utf8Vector(null, utf8, nulls)
  }

  get length(): number {
    return this.#strings === null ? this.#utf8!.starts.length : this.#strings.length
  }

  /** True when the UTF-8 form is there already, so that asking for it costs nothing. */
  get hasBytes(): boolean {
    return this.#utf8 !== null
  }

  strings(): readonly string[] {
    this.#strings ??= decode(this.#utf8!)
    return this.#strings
  }

  utf8(): Utf8Bytes {
    this.#utf8 ??= encode(this.#strings!)
    return this.#utf8
  }

  gather(indices: Int32Array, count: number): Utf8Vector {
    const nulls = gatherNulls(this.nulls, indices, count)
    const utf8 = this.#utf8
    if (utf8 !== null) {
      const starts = new Int32Array(count)
      const ends = new Int32Array(count)
      for (let row = 0; row < count; row += 1) {
        const from = indices[row]!
        starts[row] = utf8.starts[from]!
        ends[row] = utf8.ends[from]!
      }
      return new Utf8Vector(null, { bytes: utf8.bytes, starts, ends, ascii: utf8.ascii }, nulls)
    }
    const strings = new Array<string>(count)
    for (let row = 0; row < count; row += 1) strings[row] = this.#strings![indices[row]!]!
    return new Utf8Vector(strings, null, nulls)
  }
}

export const gatherNulls = (
  nulls: Uint8Array | null,
  indices: Int32Array,
  count: number,
): Uint8Array | null => {
  if (nulls === null) return null
  const gathered = new Uint8Array(count)
  let any = 0
  for (let row = 0; row < count; row += 1) any |= gathered[row] = nulls[indices[row]!]!
  return any === 0 ? null : gathered
}

const decode = (utf8: Utf8Bytes): string[] => {
  const { starts, ends, ascii } = utf8
  const rowCount = starts.length
  const strings = new Array<string>(rowCount)
  const buffer = Buffer.from(utf8.bytes.buffer, utf8.bytes.byteOffset, utf8.bytes.byteLength)
  if (!ascii) {
    for (let row = 0; row < rowCount; row += 1) {
      strings[row] = buffer.toString('utf8', starts[row], ends[row])
    }
    return strings
  }
  let low = buffer.length
  let high = 0
  for (let row = 0; row < rowCount; row += 1) {
    if (starts[row]! < low) low = starts[row]!
    if (ends[row]! > high) high = ends[row]!
  }
  const text = low < high ? buffer.toString('latin1', low, high) : ''
  for (let row = 0; row < rowCount; row += 1) {
    strings[row] = text.substring(starts[row]! - low, ends[row]! - low)
  }
  return strings
}

/** Text without a UTF-8 form, an unpaired surrogate, becomes U+FFFD. */
const encode = (strings: readonly string[]): Utf8Bytes => {
  const rowCount = strings.length
  const starts = new Int32Array(rowCount)
  const ends = new Int32Array(rowCount)
  const text = strings.join('')
  const bytes = encoder.encode(text)
  const ascii = bytes.length === text.length
  let at = 0
  for (let row = 0; row < rowCount; row += 1) {
    starts[row] = at
    at += ascii ? strings[row]!.length : Buffer.byteLength(strings[row]!, 'utf8')
    ends[row] = at
  }
  // Halves of a pair at the end of one string and the start of the next have become one character.
  if (at !== bytes.length) return encode(strings.map((string) => string.toWellFormed()))
  return { bytes, starts, ends, ascii }
}
