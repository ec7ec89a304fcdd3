import { describe, expect, test } from 'bun:test'
import { CHUNK_BYTES } from '../../../runtime/operators/index.ts'
import { bodyOf, ChunkPacker, PACKED, PLAIN } from '../../../runtime/operators/packedChunk.ts'

const readings = (sizeBytes: number): Uint8Array<ArrayBuffer> => {
  const text = Array.from(
    { length: sizeBytes / 20 },
    (_, index) => `sensor-${index % 97}: ${index};`,
  )
  return new TextEncoder().encode(text.join('').padEnd(sizeBytes)).slice(0, sizeBytes)
}

const noise = (sizeBytes: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  }
  return bytes
}

describe('a chunk', () => {
  test('is packed, in memory of its own, and unpacked to what it was', () => {
    const packer = new ChunkPacker()
    for (const body of [readings(CHUNK_BYTES), readings(5000), new Uint8Array(CHUNK_BYTES)]) {
      const chunk = packer.pack(body)!
      expect(chunk.length).toBeLessThan(body.length / 2)
      expect(chunk.buffer.byteLength).toBe(chunk.length)
      expect(chunk[0]).toBe(PACKED)
      expect(Buffer.from(bodyOf(chunk)).equals(body)).toBe(true)
    }
  })

  test('that does not shrink is left, and the next few are not tried', () => {
    const packer = new ChunkPacker()
    expect(packer.pack(noise(CHUNK_BYTES))).toBeNull()
    const text = readings(CHUNK_BYTES)
    const tries = Array.from({ length: 8 }, () => packer.pack(text) !== null)
    expect(tries).toEqual([...Array(7).fill(false), true])
  })

  test('that is short, or of a single long entry, is left', () => {
    const packer = new ChunkPacker()
    expect(packer.pack(readings(1000))).toBeNull()
    expect(packer.pack(readings(4 * CHUNK_BYTES + 20))).toBeNull()
  })

  test('that is plain has its body behind the mark', () => {
    expect(bodyOf(Uint8Array.of(PLAIN, 5, 6))).toEqual(Uint8Array.of(5, 6))
  })
})
