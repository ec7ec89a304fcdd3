import { describe, expect, test } from 'bun:test'
import { ChunkPacker } from '../../../jobs/states/index.ts'
import { unpackChunk } from '../../../jobs/states/packedChunk.ts'
import { CHUNK_BYTES } from '../../../runtime/operators/index.ts'

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

describe('chunks of states', () => {
  test('are packed, and unpacked to what they were', () => {
    const packer = new ChunkPacker()
    for (const chunk of [readings(CHUNK_BYTES), readings(1000), new Uint8Array(CHUNK_BYTES)]) {
      const packed = packer.pack(chunk)
      expect(packed.length).toBeLessThan(chunk.length / 2)
      expect(unpackChunk(packed, chunk.length)).toEqual(Buffer.from(chunk))
    }
  })

  test('that do not shrink stay as they are, and the next few are not tried', () => {
    const packer = new ChunkPacker()
    const chunk = noise(CHUNK_BYTES)
    expect(packer.pack(chunk)).toBe(chunk)
    expect(unpackChunk(chunk, chunk.length)).toBe(chunk)
    const text = readings(CHUNK_BYTES)
    const tries = Array.from({ length: 8 }, () => packer.pack(text))
    expect(tries.map((packed) => packed === text)).toEqual([...Array(7).fill(true), false])
  })

  test('of which a single entry makes a long one stay as they are', () => {
    const chunk = readings(4 * CHUNK_BYTES + 1)
    expect(new ChunkPacker().pack(chunk)).toBe(chunk)
  })

  test('that are empty stay empty', () => {
    const chunk = new Uint8Array(0)
    expect(unpackChunk(new ChunkPacker().pack(chunk), 0)).toBe(chunk)
  })
})
