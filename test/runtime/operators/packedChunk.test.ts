import { describe, expect, test } from 'bun:test'
import { CHUNK_BYTES } from '../../../runtime/operators/index.ts'
import { bodyOf, ChunkPacker, PACKED, PLAIN } from '../../../runtime/operators/packedChunk.ts'
import { noise, readings } from './bodies.ts'

const plain = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const chunk = new Uint8Array(1 + body.length).fill(PLAIN, 0, 1)
  chunk.set(body, 1)
  return chunk
}

describe('a chunk', () => {
  test('is packed, in memory of its own, and unpacked to what it was', () => {
    const packer = new ChunkPacker()
    for (const body of [readings(CHUNK_BYTES), readings(5000), new Uint8Array(CHUNK_BYTES)]) {
      const chunk = packer.pack(plain(body))
      expect(chunk.length).toBeLessThan(body.length / 2)
      expect(chunk.buffer.byteLength).toBe(chunk.length)
      expect(chunk[0]).toBe(PACKED)
      expect(Buffer.from(bodyOf(chunk)).equals(body)).toBe(true)
    }
  })

  test('that does not shrink is left, and the next few are not tried', () => {
    const packer = new ChunkPacker()
    const chunk = plain(noise(CHUNK_BYTES))
    expect(packer.pack(chunk)).toBe(chunk)
    const text = plain(readings(CHUNK_BYTES))
    const tries = Array.from({ length: 8 }, () => packer.pack(text) !== text)
    expect(tries).toEqual([...Array(7).fill(false), true])
  })

  test('that is short, or of a single long entry, is left', () => {
    const packer = new ChunkPacker()
    for (const chunk of [plain(readings(1000)), plain(readings(4 * CHUNK_BYTES + 20))]) {
      expect(packer.pack(chunk)).toBe(chunk)
    }
  })

  test('that is plain has its body behind the mark', () => {
    expect(bodyOf(Uint8Array.of(PLAIN, 5, 6))).toEqual(Uint8Array.of(5, 6))
  })
})
