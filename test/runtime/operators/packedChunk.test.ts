import { describe, expect, test } from 'bun:test'
import { CHUNK_BYTES } from '../../../runtime/operators/index.ts'
import {
  bodiesOf,
  BodyPacker,
  PACKED,
  PIECE_HEAD_BYTES,
  PLAIN,
  writePiece,
  type Piece,
} from '../../../runtime/operators/packedChunk.ts'
import { noise, readings } from './bodies.ts'

const chunkOf = (...pieces: readonly Piece[]): Uint8Array => {
  const bytes = pieces.reduce((sum, { body }) => sum + PIECE_HEAD_BYTES + body.length, 0)
  const chunk = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) at = writePiece(chunk, at, piece)
  expect(at).toBe(bytes)
  return chunk
}

const onlyBodyOf = (chunk: Uint8Array): Buffer => {
  const bodies = [...bodiesOf(chunk)]
  expect(bodies).toHaveLength(1)
  return Buffer.from(bodies[0]!)
}

describe('a body', () => {
  test('is packed, and unpacked to what it was', () => {
    const packer = new BodyPacker()
    for (const body of [readings(CHUNK_BYTES), readings(5000), new Uint8Array(CHUNK_BYTES)]) {
      const piece = packer.pack(body)
      expect(piece.mark).toBe(PACKED)
      expect(piece.body.length).toBeLessThan(body.length / 2)
      expect(onlyBodyOf(chunkOf(piece)).equals(body)).toBe(true)
    }
  })

  test('that does not shrink is left, and the next few are not tried', () => {
    const packer = new BodyPacker()
    const body = noise(CHUNK_BYTES)
    expect(packer.pack(body)).toEqual({ mark: PLAIN, body })
    const text = readings(CHUNK_BYTES)
    const marks = Array.from({ length: 8 }, () => packer.pack(text).mark)
    expect(marks).toEqual([...Array(7).fill(PLAIN), PACKED])
  })

  test('that is short, or of a single long entry, is left', () => {
    const packer = new BodyPacker()
    for (const body of [readings(1000), readings(4 * CHUNK_BYTES + 20)]) {
      expect(packer.pack(body)).toEqual({ mark: PLAIN, body })
    }
  })

  test('that is plain lies behind its head as it is', () => {
    expect(onlyBodyOf(Uint8Array.of(PLAIN, 2, 0, 0, 0, 5, 6))).toEqual(Buffer.of(5, 6))
  })

  test('stands in a chunk behind others, wherever the chunk begins', () => {
    const bodies = [readings(9000), noise(300), new Uint8Array(0), readings(70_000)]
    const packer = new BodyPacker()
    const chunk = chunkOf(...bodies.map((body) => packer.pack(body)))
    const whole = Buffer.concat([Uint8Array.of(1, 2, 3), chunk])
    const found = [...bodiesOf(whole.subarray(3))].map((body) => Buffer.from(body))
    expect(found).toEqual(bodies.map((body) => Buffer.from(body)))
  })
})
