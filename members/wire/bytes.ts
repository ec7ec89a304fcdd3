/** What a peer sent cannot be what it claims to be: the peer is cut off. */
export class WireFault extends Error {
  override readonly name = 'WireFault'
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Grows as it is written to; integers are big-endian. */
export interface ByteWriter {
  u8(value: number): ByteWriter
  u16(value: number): ByteWriter
  u32(value: number): ByteWriter
  /** At most 65,535 bytes of UTF-8, after their count. */
  text(value: string): ByteWriter
  /** As they are, without a count. */
  raw(bytes: Uint8Array): ByteWriter
  /** All that was written. */
  take(): Uint8Array
}

const TEXT_BYTES_MAX = 0xffff

export const createByteWriter = (roomBytes = 64): ByteWriter => {
  let bytes = new Uint8Array(roomBytes)
  let view = new DataView(bytes.buffer)
  let length = 0
  const advance = (count: number): number => {
    const at = length
    length += count
    if (length <= bytes.length) return at
    const larger = new Uint8Array(Math.max(length, bytes.length * 2))
    larger.set(bytes)
    bytes = larger
    view = new DataView(bytes.buffer)
    return at
  }
  const writer: ByteWriter = {
    u8: (value) => {
      const at = advance(1)
      view.setUint8(at, value)
      return writer
    },
    u16: (value) => {
      const at = advance(2)
      view.setUint16(at, value)
      return writer
    },
    u32: (value) => {
      const at = advance(4)
      view.setUint32(at, value)
      return writer
    },
    text: (value) => {
      const encoded = encoder.encode(value)
      if (encoded.length > TEXT_BYTES_MAX) throw new Error('A text on the wire is too long')
      return writer.u16(encoded.length).raw(encoded)
    },
    raw: (added) => {
      const at = advance(added.length)
      bytes.set(added, at)
      return writer
    },
    take: () => bytes.subarray(0, length),
  }
  return writer
}

/** Reads what a ByteWriter wrote; throws WireFault where the bytes end too early. */
export interface ByteReader {
  u8(): number
  u16(): number
  u32(): number
  text(): string
  raw(length: number): Uint8Array
  /** All that is left. */
  rest(): Uint8Array
  /** Throws WireFault unless all was read. */
  end(): void
}

export const createByteReader = (bytes: Uint8Array): ByteReader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let position = 0
  const advance = (count: number): number => {
    const at = position
    if (at + count > bytes.length) throw new WireFault('A frame ends too early')
    position += count
    return at
  }
  const reader: ByteReader = {
    u8: () => view.getUint8(advance(1)),
    u16: () => view.getUint16(advance(2)),
    u32: () => view.getUint32(advance(4)),
    text: () => {
      const encoded = reader.raw(reader.u16())
      try {
        return decoder.decode(encoded)
      } catch {
        throw new WireFault('A text is not UTF-8')
      }
    },
    raw: (length) => {
      const at = advance(length)
      return bytes.subarray(at, at + length)
    },
    rest: () => reader.raw(bytes.length - position),
    end: () => {
      if (position !== bytes.length) throw new WireFault('A frame is longer than its content')
    },
  }
  return reader
}
