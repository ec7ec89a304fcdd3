import type { ByteCompressor } from './streams.ts'

const MAGIC = [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a] as const
const VERSION = 0x1030
const LIBRARY_VERSION = 0x2080
const VERSION_NEEDED = 0x0940
const METHOD_LZO1X_1 = 1
const LEVEL = 5
/** The block holds a checksum of what it means. */
const FLAG_ADLER32_OF_DATA = 1
const BLOCK_BYTES = 256 * 1024

const ADLER_MODULUS = 65521
/** The most bytes whose sums stay below 2^32. */
const ADLER_RUN = 3800

const adler32 = (bytes: Uint8Array): number => {
  let low = 1
  let high = 0
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, bytes.length)
    for (let at = start; at < end; at += 1) {
      low += bytes[at]!
      high += low
    }
    low %= ADLER_MODULUS
    high %= ADLER_MODULUS
  }
  return high * 65536 + low
}

/** The header of a file without a name, from 1970: the same bytes make the same file. */
const header = (): Uint8Array => {
  const fields = new DataView(new ArrayBuffer(25))
  fields.setUint16(0, VERSION)
  fields.setUint16(2, LIBRARY_VERSION)
  fields.setUint16(4, VERSION_NEEDED)
  fields.setUint8(6, METHOD_LZO1X_1)
  fields.setUint8(7, LEVEL)
  fields.setUint32(8, FLAG_ADLER32_OF_DATA)
  const bytes = new Uint8Array(fields.buffer)
  const end = new DataView(new ArrayBuffer(4))
  end.setUint32(0, adler32(bytes))
  return Buffer.concat([Uint8Array.from(MAGIC), bytes, new Uint8Array(end.buffer)])
}

const block = (bytes: Uint8Array): Uint8Array => {
  const lengths = new DataView(new ArrayBuffer(12))
  lengths.setUint32(0, bytes.length)
  // As long as the data itself: that is how a block says that it is stored as it is.
  lengths.setUint32(4, bytes.length)
  lengths.setUint32(8, adler32(bytes))
  return Buffer.concat([new Uint8Array(lengths.buffer), bytes])
}

/**
 * Writes lzop files, which SeaTunnel's lzo codec means. Their blocks are stored and not compressed:
 * every reader of lzop takes them, but who wants small files takes gzip or zstd.
 */
export const createLzopWriter = (): ByteCompressor => {
  let isBegun = false
  const begin = (): Uint8Array[] => {
    if (isBegun) return []
    isBegun = true
    return [header()]
  }
  return {
    write: async (bytes) => {
      const parts = begin()
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        parts.push(block(bytes.subarray(at, at + BLOCK_BYTES)))
      }
      return Buffer.concat(parts)
    },
    finish: async () => Buffer.concat([...begin(), new Uint8Array(4)]),
  }
}
