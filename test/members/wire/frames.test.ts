import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createByteReader, createByteWriter, WireFault } from '../../../members/wire/bytes.ts'
import {
  createFrameDecoder,
  encodeFrame,
  type Frame,
  FRAME_KINDS,
} from '../../../members/wire/frames.ts'

const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...Object.values(FRAME_KINDS)),
  correlation: fc.nat(0xffffffff),
  body: fc.uint8Array({ maxLength: 300 }),
})

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = parts.flatMap((part) => [...part])
  return new Uint8Array(all)
}

const decode = (pieces: readonly Uint8Array[], frameBytesMax = 1000): Frame[] => {
  const frames: Frame[] = []
  const decoder = createFrameDecoder(
    frameBytesMax,
    (found) => frames.push(found),
    // The bodies of calls are good for the moment only.
    (kind, correlation, { memory, start, end }) =>
      frames.push({ kind, correlation, body: memory.slice(start, end) }),
  )
  for (const piece of pieces) {
    const received = piece.slice()
    decoder.push(received)
    // The network reuses its bytes.
    received.fill(0xdd)
  }
  return frames
}

describe('frames', () => {
  test('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 20 }),
        fc.infiniteStream(fc.nat(40)),
        (sent, cuts) => {
          const bytes = joined(
            sent.map((each) => encodeFrame(each.kind, each.correlation, each.body)),
          )
          const pieces: Uint8Array[] = []
          for (let at = 0; at < bytes.length;) {
            const size = cuts.next().value as number
            pieces.push(bytes.subarray(at, at + size))
            at += size
          }
          expect(decode(pieces)).toEqual(sent)
        },
      ),
    )
  })

  test('that pass are put together in memory that is used again', () => {
    const rooms: Uint8Array[] = []
    const decoder = createFrameDecoder(
      1_000_000,
      () => {},
      (_kind, correlation, { memory, start, end }) => {
        expect(memory.subarray(start, end).every((byte) => byte === correlation)).toBe(true)
        rooms.push(memory)
      },
    )
    for (const id of [1, 2, 3]) {
      const bytes = encodeFrame(FRAME_KINDS.message, id, new Uint8Array(300_000 - id).fill(id))
      decoder.push(bytes.subarray(0, 100_000))
      decoder.push(bytes.subarray(100_000))
    }
    expect(rooms.length).toBe(3)
    expect(rooms[1]).toBe(rooms[0]!)
    expect(rooms[2]).toBe(rooms[0]!)
  })

  test('are made of their parts', () => {
    const [only] = decode([
      encodeFrame(FRAME_KINDS.request, 7, new Uint8Array([1]), new Uint8Array([2, 3])),
    ])
    expect(only).toEqual({
      kind: FRAME_KINDS.request,
      correlation: 7,
      body: new Uint8Array([1, 2, 3]),
    })
  })

  test('beyond the limit, of an unknown kind or shorter than a header are faults', () => {
    const long = encodeFrame(FRAME_KINDS.message, 1, new Uint8Array(996))
    expect(() => decode([long])).toThrow(WireFault)
    expect(decode([long], 1001).length).toBe(1)
    const unknown = encodeFrame(FRAME_KINDS.message, 1)
    unknown[4] = 99
    expect(() => decode([unknown])).toThrow('unknown kind 99')
    const short = encodeFrame(FRAME_KINDS.message, 1)
    short[3] = 4
    expect(() => decode([short])).toThrow('shorter than its header')
  })

  test('of any bytes at all are frames or a fault, and take no memory in advance', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        try {
          decode(pieces)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(WireFault)
        }
      }),
    )
    const huge = new Uint8Array([0xff, 0xff, 0xff, 0xff, FRAME_KINDS.message, 0, 0, 0, 0])
    expect(() => decode([huge])).toThrow('longer than 1000')
  })
})

describe('fields', () => {
  test('are read as they were written', () => {
    const number = (max: number) => fc.nat(max)
    fc.assert(
      fc.property(
        number(0xff),
        number(0xffff),
        number(0xffffffff),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        (small, medium, large, text, raw) => {
          const bytes = createByteWriter(1)
            .u8(small)
            .u16(medium)
            .u32(large)
            .text(text)
            .raw(raw)
            .take()
          const reader = createByteReader(bytes)
          expect([reader.u8(), reader.u16(), reader.u32(), reader.text()]).toEqual([
            small,
            medium,
            large,
            text,
          ])
          expect(reader.rest()).toEqual(raw)
          reader.end()
        },
      ),
    )
  })

  test('that are not there, not UTF-8 or too many are faults', () => {
    expect(() => createByteReader(new Uint8Array(1)).u16()).toThrow(WireFault)
    expect(() => createByteReader(new Uint8Array([0, 9, 1])).text()).toThrow(WireFault)
    expect(() => createByteReader(new Uint8Array([0, 1, 0xff])).text()).toThrow('UTF-8')
    expect(() => createByteReader(new Uint8Array(1)).end()).toThrow(WireFault)
  })
})
