import { describe, expect, test } from 'bun:test'
import type { IncomingStream } from '../../../members/wire/index.ts'
import { simulate, simulateSeeds, type SimWorld } from '../../sim/host/index.ts'
import { addressOf, bytes, codeOf, startMembers, text } from './members.ts'

const ROWS = 7
const B = addressOf('b')
const CREDIT = 1000

/** Two members; `b` reads streams of rows, granting only when asked to. */
const pair = async (world: SimWorld, grantsAtOnce = true) => {
  const { a, b } = await startMembers(world, ['a', 'b'], { limits: { streamCreditBytes: CREDIT } })
  const read = {
    pieces: [] as number[],
    bytes: 0,
    stream: undefined as IncomingStream | undefined,
    end: '',
  }
  b.messenger.onStream(ROWS, (stream) => {
    read.stream = stream
    return {
      onData: (piece) => {
        read.pieces.push(piece[0]!)
        read.bytes += piece.length
        if (grantsAtOnce) stream.grant(piece.length)
      },
      onEnd: () => {
        read.end = 'end'
      },
      onAbort: (error) => {
        read.end = `${error.code} ${error.message}`
      },
    }
  })
  return { a, b, read }
}

const HEADER = bytes('orders')

describe('a stream', () => {
  test('brings its header, its pieces in order, and its end', () =>
    simulate(1, async (world) => {
      const { a, read } = await pair(world)
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      const writes: Promise<void>[] = []
      for (let index = 0; index < 100; index += 1) {
        writes.push(writer.write(new Uint8Array(100).fill(index)))
      }
      await Promise.all(writes)
      await writer.end()
      await world.until('end', () => read.end !== '', 1000)
      expect(text(read.stream!.header)).toBe('orders')
      expect(read.stream!.from.address.host).toBe('a')
      expect(read.pieces).toEqual(Array.from({ length: 100 }, (_, index) => index))
      expect(read.end).toBe('end')
      await writer.closed
      expect(await codeOf(writer.write(new Uint8Array(1)))).toBe('NET-006')
    }))

  test('waits for its reader', () =>
    simulate(2, async (world) => {
      const { a, read } = await pair(world, false)
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      let written = 0
      const writing = (async () => {
        for (let index = 0; index < 10; index += 1) {
          await writer.write(new Uint8Array(400))
          written += 1
        }
      })()
      await world.sleep(1000)
      // 1000 bytes of credit: the third piece may exceed it, the fourth may not.
      expect([written, read.bytes]).toEqual([3, 1200])
      read.stream!.grant(300)
      await world.sleep(100)
      expect([written, read.bytes]).toEqual([4, 1600])
      read.stream!.grant(10_000)
      await writing
      await world.sleep(100)
      expect(read.bytes).toBe(4000)
    }))

  test('that its reader cancels rejects at the writer; one that its writer aborts is told', () =>
    simulate(3, async (world) => {
      const { a, read } = await pair(world, false)
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      await writer.write(new Uint8Array(1))
      await world.until('read', () => read.bytes === 1, 100)
      read.stream!.cancel('enough')
      expect(await codeOf(writer.closed)).toBe('NET-006')
      expect(await codeOf(writer.write(new Uint8Array(1)))).toBe('NET-006')
      const second = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      second.abort('changed my mind')
      await world.until('told', () => read.end !== '', 100)
      expect(read.end).toBe('NET-006 changed my mind')
    }))

  test('of an unknown kind is refused', () =>
    simulate(4, async (world) => {
      const { a } = await pair(world)
      const writer = await a.messenger.openStream(B, 99, HEADER, 1000)
      expect(await codeOf(writer.write(new Uint8Array(1)))).toBe('NET-006')
    }))

  test('ends at both sides when the connection breaks, also for who waits', () =>
    simulate(5, async (world) => {
      const { a, b, read } = await pair(world, false)
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      const stuck = (async () => {
        for (;;) await writer.write(new Uint8Array(400))
      })()
      const failure = codeOf(stuck)
      await world.sleep(100)
      world.network.resetConnections(a.machine, b.machine)
      expect(await failure).toBe('NET-005')
      await world.sleep(10)
      expect(read.end).toStartWith('NET-005')
    }))

  test('takes a piece of any size that fits a frame, and says so when not', () =>
    simulate(6, async (world) => {
      const { a, read } = await pair(world)
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      await writer.write(new Uint8Array(5_000_000))
      await world.until('read', () => read.bytes === 5_000_000, 5000)
      expect(() => writer.write(new Uint8Array(17_000_000))).toThrow('does not fit a frame')
    }))

  test('loses nothing and reorders nothing while the network misbehaves', async () => {
    const { seeds } = await simulateSeeds(50, async (world) => {
      const { a, read } = await pair(world)
      world.network.setDefaults({ lossRate: 0.05, delayMaxMs: 20 })
      const writer = await a.messenger.openStream(B, ROWS, HEADER, 1000)
      const clog = world.network.swizzleClog(2000)
      for (let index = 0; index < 100; index += 1) {
        await writer.write(new Uint8Array(1 + world.random.integer(600)).fill(index))
      }
      await writer.end()
      await clog
      await world.until('end', () => read.end !== '', 10_000)
      expect(read.pieces).toEqual(Array.from({ length: 100 }, (_, index) => index))
      expect(read.end).toBe('end')
    })
    expect(seeds).toBeGreaterThan(0)
  })
})
