import { EngineError } from '../../../../runtime/errors/index.ts'
import type { ByteSource } from '../../byteSource.ts'
import { adler32 } from './adler32.ts'
import { decompressLzo1x } from './decompress.ts'
import { createExactReader, type ExactReader } from './exactReader.ts'
import { BLOCK_BYTES_MAX, Flag, MAGIC, METHOD_LZO1X_999, VERSION_WITH_LEVEL } from './lzopFormat.ts'

/**
 * `source` decompressed: one lzop file, or several one behind the other. Its bytes fail with FIL-001
 * when they are no lzop file, with FIL-004 when they are damaged or end too early.
 */
export const openLzop = (source: ByteSource): ByteSource => {
  const input = createExactReader(source)
  let flags: number | null = null
  const next = async (): Promise<Uint8Array | null> => {
    for (;;) {
      if (flags === null) {
        if (await input.isAtEnd()) return null
        flags = await readHeader(input)
      }
      const block = await readBlock(input, flags)
      if (block !== null) return block
      flags = null
    }
  }
  return { next, close: () => source.close() }
}

const damaged = (what: string): EngineError =>
  new EngineError('FIL-004', `What should be an lzop file is damaged: ${what}.`)

const refused = (what: string): EngineError => new EngineError('FIL-001', what)

/** The flags of the file. The header's other fields say nothing about its data. */
const readHeader = async (input: ExactReader): Promise<number> => {
  const magic = await input.read(MAGIC.length)
  if (MAGIC.some((byte, index) => magic[index] !== byte)) {
    throw refused('compress_codec is lzo, but the file is not an lzop file.')
  }
  const parts: Uint8Array[] = []
  const field = async (byteCount: number): Promise<number> => {
    const bytes = await input.read(byteCount)
    parts.push(bytes)
    return bytes.reduce((value, byte) => value * 256 + byte, 0)
  }
  const version = await field(2)
  const isNew = version >= VERSION_WITH_LEVEL
  await field(isNew ? 4 : 2)
  const method = await field(1)
  if (isNew) await field(1)
  const flags = await field(4)
  if (method < 1 || method > METHOD_LZO1X_999 || (flags & Flag.filter) !== 0) {
    throw refused('The lzop file uses a method or a filter that is not supported; use plain lzop.')
  }
  await field(isNew ? 12 : 8)
  const nameBytes = await field(1)
  parts.push(await input.read(nameBytes))
  const expected = await readNumber(input)
  const header = Buffer.concat(parts)
  const actual = (flags & Flag.crc32OfHeader) === 0 ? adler32(header) : Bun.hash.crc32(header)
  if (actual !== expected) throw damaged('the checksum of its header is wrong')
  if ((flags & Flag.extraField) !== 0) await skipExtraField(input)
  return flags
}

const skipExtraField = async (input: ExactReader): Promise<void> => {
  const byteCount = await readNumber(input)
  if (byteCount > BLOCK_BYTES_MAX) throw damaged('its extra field is too long')
  await input.read(byteCount + 4)
}

/** The data of the next block, null at the end of the file. */
const readBlock = async (input: ExactReader, flags: number): Promise<Uint8Array | null> => {
  const dataBytes = await readNumber(input)
  if (dataBytes === 0) return null
  const storedBytes = await readNumber(input)
  if (dataBytes > BLOCK_BYTES_MAX || storedBytes > dataBytes || storedBytes === 0) {
    throw damaged('a block has an impossible length')
  }
  const isCompressed = storedBytes < dataBytes
  const sums = {
    adler: await checksum(input, flags, Flag.adler32OfData),
    crc: await checksum(input, flags, Flag.crc32OfData),
    storedAdler: await checksum(input, isCompressed ? flags : 0, Flag.adler32OfCompressed),
    storedCrc: await checksum(input, isCompressed ? flags : 0, Flag.crc32OfCompressed),
  }
  const stored = await input.read(storedBytes)
  verify(stored, sums.storedAdler, sums.storedCrc)
  if (!isCompressed) {
    verify(stored, sums.adler, sums.crc)
    return stored
  }
  const data = new Uint8Array(dataBytes)
  if (!decompressLzo1x(stored, data)) throw damaged('a block cannot be decompressed')
  verify(data, sums.adler, sums.crc)
  return data
}

const verify = (bytes: Uint8Array, adler: number | null, crc: number | null): void => {
  const isRight =
    (adler === null || adler === adler32(bytes)) && (crc === null || crc === Bun.hash.crc32(bytes))
  if (!isRight) throw damaged('the checksum of a block is wrong')
}

const checksum = async (input: ExactReader, flags: number, flag: number): Promise<number | null> =>
  (flags & flag) === 0 ? null : readNumber(input)

const readNumber = async (input: ExactReader): Promise<number> => {
  const bytes = await input.read(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
}
