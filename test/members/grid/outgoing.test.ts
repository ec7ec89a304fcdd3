import { describe, expect, test } from 'bun:test'
import { createOutgoing } from '../../../members/grid/replication/outgoing.ts'
import type { CallPeer, Messenger } from '../../../members/wire/index.ts'
import { simulate, type SimWorld } from '../../sim/host/index.ts'

const ADDRESS = { host: 'b', port: 5801 }

/** The way to a member that takes all and says nothing by itself. */
const start = (world: SimWorld) => {
  const { clock } = world.machine('a').host
  const sent: { readonly atMs: number; readonly bytes: Uint8Array; readonly hash: number }[] = []
  const send: CallPeer['send'] = (_kind, bytes) =>
    void sent.push({ atMs: clock.monotonic(), bytes, hash: Bun.hash.crc32(bytes) })
  const peer = { isOpen: true, send } as unknown as CallPeer
  const messenger = { callPeer: () => peer } as unknown as Messenger
  const outgoing = createOutgoing({
    clock,
    messenger,
    selfId: 'a',
    targetId: 'b',
    address: ADDRESS,
    onAcknowledged: () => {},
    onRoom: () => {},
  })
  const add = (sizeBytes: number, fill: number): void => {
    outgoing.sink.raw(new Uint8Array(sizeBytes).fill(fill))
    outgoing.wrote(undefined, 0)
  }
  /** One message. */
  const write = async (sizeBytes: number, fill: number): Promise<void> => {
    add(sizeBytes, fill)
    await world.sleep(1)
  }
  return { outgoing, sent, add, write }
}

describe('what goes to another member', () => {
  test('goes together with all that comes before the member waits again', () =>
    simulate(3, async (world) => {
      const { outgoing, sent, add } = start(world)
      add(1, 1)
      await Promise.resolve()
      add(2, 2)
      await world.sleep(1)
      expect(sent.length).toBe(1)
      expect(sent[0]!.bytes.slice(-3)).toEqual(new Uint8Array([1, 2, 2]))
      outgoing.close()
    }))

  test('goes again soon while it has never answered, and not so soon once it has', () =>
    simulate(1, async (world) => {
      const { outgoing, sent, write } = start(world)
      await write(10, 1)
      await world.sleep(99)
      expect(sent.map(({ atMs }) => Math.round(atMs - sent[0]!.atMs))).toEqual([0, 20, 60])
      outgoing.acknowledged(1)
      const before = sent.length
      await write(10, 2)
      await world.sleep(498)
      expect(sent.length).toBe(before + 1)
      await world.sleep(3)
      expect(sent.length).toBe(before + 2)
      outgoing.close()
    }))

  test('lies where it was written until it is acknowledged, and that memory is used again', () =>
    simulate(2, async (world) => {
      const { outgoing, sent, write } = start(world)
      await write(100_000, 1)
      await write(200_000, 2)
      await write(100, 3)
      expect(sent.map(({ bytes }) => bytes.at(-1))).toEqual([1, 2, 3])
      expect(sent.map(({ bytes }) => Bun.hash.crc32(bytes))).toEqual(sent.map(({ hash }) => hash))
      outgoing.acknowledged(2)
      await write(100_000, 4)
      const fourth = sent.at(-1)!
      await write(100_000, 5)
      expect(fourth.hash).toBe(Bun.hash.crc32(fourth.bytes))
      expect(sent.at(-1)!.bytes.buffer).toBe(sent[1]!.bytes.buffer)
      outgoing.acknowledged(5)
      expect(outgoing.unacknowledgedBytes).toBe(0)
      await write(100_000, 6)
      await write(100_000, 7)
      // Four were under way or being written at once; the short one was copied.
      expect(new Set(sent.map(({ bytes }) => bytes.buffer)).size).toBe(5)
      outgoing.close()
    }))

  test('takes no more memory than it is long where much of it waits', () =>
    simulate(5, async (world) => {
      const { outgoing, sent, write } = start(world)
      for (let count = 0; count < 20; count += 1) await write(70_000, count)
      const memory = sent.reduce((sum, { bytes }) => sum + bytes.buffer.byteLength, 0)
      expect(memory).toBeLessThan(20 * 71_000 + 6 * 600_000)
      outgoing.close()
    }))

  test('holds no more memory than before once a very long message is acknowledged', () =>
    simulate(4, async (world) => {
      const { outgoing, sent, write } = start(world)
      await write(10_000_000, 1)
      outgoing.acknowledged(1)
      await write(100_000, 2)
      await write(100_000, 3)
      expect(sent.slice(1).every(({ bytes }) => bytes.buffer.byteLength < 1_000_000)).toBe(true)
      expect(outgoing.sink.memory.length).toBeLessThan(1_000_000)
      outgoing.close()
    }))
})
