import { describe, expect, test } from 'bun:test'
import { createByteWriter } from '../../../members/wire/bytes.ts'
import {
  createFrameDecoder,
  encodeFrame,
  type Frame,
  FRAME_KINDS,
} from '../../../members/wire/frames.ts'
import { createHandshake } from '../../../members/wire/handshake.ts'
import type { Connection } from '../../../runtime/host/index.ts'
import { type Machine, simulate, simulateSeeds, type SimWorld } from '../../sim/host/index.ts'
import { addressOf, bytes, codeOf, SETTINGS, startMembers } from './members.ts'

const A = addressOf('a')
const LISTENER = ['listener on port 5801']

/** A connection from a machine that speaks no protocol. */
const dialRaw = async (from: Machine): Promise<{ connection: Connection; isClosed: boolean }> => {
  const connection = await from.host.network.dial(A, 1000)
  const raw = { connection, isClosed: false }
  connection.handle({
    onData: () => {},
    onClose: () => {
      raw.isClosed = true
    },
  })
  return raw
}

/** A peer that shakes hands as a member does, then sends whatever it likes. */
const dialTraitor = async (
  from: Machine,
): Promise<{ connection: Connection; isClosed: boolean }> => {
  const { network, random } = from.host
  const identity = { id: random.uuid(), address: { host: from.name, port: 1 } }
  const handshake = createHandshake('dialer', SETTINGS, identity, random.bytes(32))
  const connection = await network.dial(A, 1000)
  const traitor = { connection, isClosed: false }
  const agreed = Promise.withResolvers<void>()
  let isOpen = false
  const onFrame = (frame: Frame): void => {
    if (isOpen) return
    const step = handshake.receive(frame)
    for (const sent of step.send) connection.write(sent)
    if (step.agreed === undefined) return
    isOpen = true
    agreed.resolve()
  }
  const decoder = createFrameDecoder(20_000_000, onFrame, () => {})
  connection.handle({
    onData: (received) => decoder.push(received),
    onClose: () => {
      traitor.isClosed = true
    },
  })
  for (const sent of handshake.start().send) connection.write(sent)
  await agreed.promise
  return traitor
}

const victim = async (world: SimWorld, limits = {}) => {
  const { a } = await startMembers(world, ['a'], { limits })
  return { a, attacker: world.machine('x') }
}

describe('a stranger', () => {
  test('that says nothing, or says it too slowly, is cut off', () =>
    simulate(1, async (world) => {
      const { a, attacker } = await victim(world)
      const silent = await dialRaw(attacker)
      const slow = await dialRaw(attacker)
      for (let count = 0; count < 6; count += 1) {
        slow.connection.write(new Uint8Array(1))
        await world.sleep(1000)
      }
      expect([silent.isClosed, slow.isClosed]).toEqual([true, true])
      expect(a.refused.map((reason) => reason.code)).toEqual(['NET-003', 'NET-003'])
      expect(a.machine.leaks()).toEqual(LISTENER)
    }))

  test('that speaks something else is cut off at the first frame', () =>
    simulate(2, async (world) => {
      const { a, attacker } = await victim(world)
      const web = await dialRaw(attacker)
      web.connection.write(bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
      await world.until('closed', () => web.isClosed, 100)
      expect(a.refused[0]!.message).toContain('10.0.0.2')
      expect(a.machine.leaks()).toEqual(LISTENER)
    }))

  test('that sends noise is cut off, whatever the noise', async () => {
    await simulateSeeds(100, async (world) => {
      const { a, attacker } = await victim(world)
      for (let count = 0; count < 5; count += 1) {
        const raw = await dialRaw(attacker)
        const noise = world.random.bytes(world.random.integer(5000))
        // Half of the noise looks like a frame, so that it gets past the first check.
        const isFrame = world.random.chance(0.5)
        const kind = world.random.pick(Object.values(FRAME_KINDS))
        raw.connection.write(isFrame ? encodeFrame(kind, 1, noise.subarray(0, 4000)) : noise)
      }
      await world.sleep(6500)
      expect(a.machine.leaks()).toEqual(LISTENER)
      expect(a.connected).toEqual([])
    })
  })

  test('cannot hold more than so many connections, nor keep members out for long', () =>
    simulate(3, async (world) => {
      const { a, attacker } = await victim(world, { strangersMax: 10 })
      const flood = await Promise.all(Array.from({ length: 50 }, () => dialRaw(attacker)))
      await world.sleep(100)
      expect(flood.filter((raw) => raw.isClosed).length).toBe(40)
      await world.sleep(5000)
      const { b } = await startMembers(world, ['b'])
      expect((await b.messenger.connect(A, 1000)).address).toEqual(a.messenger.identity.address)
    }))
})

describe('a member gone bad', () => {
  const faults: Record<string, (connection: Connection) => void> = {
    'sends a frame beyond the limit': (traitor) =>
      void traitor.write(new Uint8Array([0x7f, 0, 0, 0, FRAME_KINDS.message, 0, 0, 0, 0])),
    'sends a second hello': (traitor) =>
      void traitor.write(encodeFrame(FRAME_KINDS.hello, 0, bytes('x'))),
    'opens a stream with an id of ours': (traitor) =>
      void traitor.write(encodeFrame(FRAME_KINDS.streamOpen, 2, createByteWriter().u16(7).take())),
    'opens a stream twice': (traitor) => {
      const open = encodeFrame(FRAME_KINDS.streamOpen, 1, createByteWriter().u16(7).take())
      traitor.write(open)
      traitor.write(open)
    },
    'runs ahead of the credit': (traitor) => {
      traitor.write(encodeFrame(FRAME_KINDS.streamOpen, 1, createByteWriter().u16(7).take()))
      for (let count = 0; count < 20; count += 1) {
        traitor.write(encodeFrame(FRAME_KINDS.streamData, 1, new Uint8Array(100)))
      }
    },
    'sends a request without a kind': (traitor) =>
      void traitor.write(encodeFrame(FRAME_KINDS.request, 1)),
  }
  for (const [title, act] of Object.entries(faults)) {
    test(`that ${title} is cut off`, () =>
      simulate(4, async (world) => {
        const { a, attacker } = await victim(world, { streamCreditBytes: 1000 })
        a.messenger.onStream(7, () => ({ onData: () => {}, onEnd: () => {}, onAbort: () => {} }))
        const traitor = await dialTraitor(attacker)
        await world.sleep(10)
        expect(traitor.isClosed).toBe(false)
        act(traitor.connection)
        await world.until('cut off', () => traitor.isClosed, 100)
        expect(a.disconnected.map(({ reason }) => reason?.code)).toEqual(['NET-003'])
        expect(a.machine.leaks()).toEqual(LISTENER)
      }))
  }

  test('that answers what nobody asked is ignored', () =>
    simulate(5, async (world) => {
      const { a, attacker } = await victim(world)
      const traitor = await dialTraitor(attacker)
      for (const kind of [FRAME_KINDS.response, FRAME_KINDS.cancel, FRAME_KINDS.streamData]) {
        traitor.connection.write(encodeFrame(kind, 5))
      }
      await world.sleep(100)
      expect(traitor.isClosed).toBe(false)
      expect(a.disconnected).toEqual([])
    }))

  test('that reads nothing is given up, by time or by what waits for it', () =>
    simulate(6, async (world) => {
      const limits = { stalledMs: 3000, queuedBytesMax: 4_000_000 }
      const { a, attacker } = await victim(world, limits)
      const slow = await dialTraitor(attacker)
      slow.connection.pause()
      const X = { host: 'x', port: 1 }
      a.messenger.send(X, 1, new Uint8Array(1_000_000))
      await world.sleep(2900)
      expect(a.disconnected).toEqual([])
      await world.sleep(200)
      expect(a.disconnected[0]!.reason?.message).toContain('took nothing for 3000 ms')
      const other = await dialTraitor(attacker)
      other.connection.pause()
      for (let count = 0; count < 6; count += 1) a.messenger.send(X, 1, new Uint8Array(1_000_000))
      await world.sleep(10)
      expect(a.disconnected[1]!.reason?.message).toContain('more than 4000000')
      expect(a.machine.leaks()).toEqual(LISTENER)
    }))

  test('that is merely slow is not', () =>
    simulate(7, async (world) => {
      const { a, attacker } = await victim(world, { stalledMs: 3000 })
      const slow = await dialTraitor(attacker)
      a.messenger.send({ host: 'x', port: 1 }, 1, new Uint8Array(2_000_000))
      for (let count = 0; count < 10; count += 1) {
        slow.connection.pause()
        await world.sleep(1000)
        slow.connection.resume()
        await world.sleep(0.5)
      }
      expect(a.disconnected).toEqual([])
      slow.connection.resume()
      await world.sleep(1000)
      expect(await codeOf(a.messenger.connect({ host: 'x', port: 1 }, 100))).toBe('none')
    }))
})
