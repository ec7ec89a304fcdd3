import { ByteSink } from '../../byteSink.ts'
import type { ByteCompressor } from '../streams.ts'
import { adler32 } from './adler32.ts'
import { compressLzo1x, createMatchTable } from './compress.ts'
import {
  BLOCK_BYTES,
  Flag,
  LEVEL,
  LIBRARY_VERSION,
  MAGIC,
  METHOD_LZO1X_1,
  VERSION,
  VERSION_NEEDED,
} from './lzopFormat.ts'

/** The header of a file without a name, from 1970: the same bytes make the same file. */
const header = (): Uint8Array => {
  const fields = new DataView(new ArrayBuffer(25))
  fields.setUint16(0, VERSION)
  fields.setUint16(2, LIBRARY_VERSION)
  fields.setUint16(4, VERSION_NEEDED)
  fields.setUint8(6, METHOD_LZO1X_1)
  fields.setUint8(7, LEVEL)
  fields.setUint32(8, Flag.adler32OfData)
  const bytes = new Uint8Array(fields.buffer)
  return Buffer.concat([MAGIC, bytes, bigEndian(adler32(bytes))])
}

const bigEndian = (...values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value)
  return new Uint8Array(view.buffer)
}

/** Writes lzop files, as SeaTunnel's lzo codec does: a header, compressed blocks, an end block. */
export const createLzopWriter = (): ByteCompressor => {
  const table = createMatchTable()
  const sink = new ByteSink(BLOCK_BYTES + (BLOCK_BYTES >> 4))
  let isBegun = false
  const begin = (): Uint8Array[] => {
    if (isBegun) return []
    isBegun = true
    return [header()]
  }
  const putBlock = (parts: Uint8Array[], data: Uint8Array): void => {
    compressLzo1x(data, table, sink)
    const compressed = sink.take()
    // A block as long as its data is stored as it is.
    const stored = compressed.length < data.length ? compressed.slice() : data
    parts.push(bigEndian(data.length, stored.length, adler32(data)), stored)
  }
  return {
    write: async (bytes) => {
      const parts = begin()
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        putBlock(parts, bytes.subarray(at, at + BLOCK_BYTES))
      }
      return Buffer.concat(parts)
    },
    finish: async () => Buffer.concat([...begin(), bigEndian(0)]),
  }
}
