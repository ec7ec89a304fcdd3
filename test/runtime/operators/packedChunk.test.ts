import { describe, expect, test } from 'bun:test'
import { CHUNK_BYTES } from '../../../runtime/operators/index.ts'
import {
  bodiesOf,
  ChunkPacker,
  PACKED,
  PIECE_HEAD_BYTES,
  PLAIN,
  writePieceHead,
} from '../../../runtime/operators/packedChunk.ts'
import { noise, readings } from './bodies.ts'

const plain = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const piece = new Uint8Array(PIECE_HEAD_BYTES + body.length)
  writePieceHead(piece, PLAIN)
  piece.set(body, PIECE_HEAD_BYTES)
  return piece
}

const onlyBodyOf = (chunk: Uint8Array): Buffer => {
  const bodies = [...bodiesOf(chunk)]
  expect(bodies).toHaveLength(1)
  return Buffer.from(bodies[0]!)
}

describe('a piece', () => {
  test('is packed, in memory of its own, and unpacked to what it was', () => {
    const packer = new ChunkPacker()
    for (const body of [readings(CHUNK_BYTES), readings(5000), new Uint8Array(CHUNK_BYTES)]) {
      const chunk = packer.pack(plain(body))
      expect(chunk.length).toBeLessThan(body.length / 2)
      expect(chunk.buffer.byteLength).toBe(chunk.length)
      expect(chunk[0]).toBe(PACKED)
      expect(onlyBodyOf(chunk).equals(body)).toBe(true)
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

  test('that is plain has its body behind its head', () => {
    expect(onlyBodyOf(Uint8Array.of(PLAIN, 2, 0, 0, 0, 5, 6))).toEqual(Buffer.of(5, 6))
  })

  test('stands in a chunk behind others, wherever the chunk begins', () => {
    const bodies = [readings(9000), noise(300), new Uint8Array(0), readings(70_000)]
    const packer = new ChunkPacker()
    const whole = Buffer.concat([
      Uint8Array.of(1, 2, 3),
      ...bodies.map((body) => packer.pack(plain(body))),
    ])
    const found = [...bodiesOf(whole.subarray(3))].map((body) => Buffer.from(body))
    expect(found).toEqual(bodies.map((body) => Buffer.from(body)))
  })
})
