import { describe, expect, test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { LinkConditions, SimWorld } from './index.ts'
import { simulate } from './index.ts'
import { createServer, dialPeer, type Peer } from './peers.ts'

const BYTE = new Uint8Array([1])

/** Two machines and a stream from `a` to `b`. */
const connected = async (world: SimWorld) => {
  const accepted: Peer[] = []
  const a = world.machine('a')
  const b = world.machine('b', createServer(accepted))
  await world.sleep(1)
  const client = await dialPeer(a, b)
  await world.until('accepted', () => accepted.length === 1, 100)
  return { a, b, client, server: accepted[0]!, accepted }
}

const codeOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.code
    throw thrown
  }
  return 'none'
}

describe('a stream', () => {
  test('takes the time of its link, each way its own', () =>
    simulate(1, async (world) => {
      const { a, b, client, server } = await connected(world)
      world.network.setLinks([a], [b], { delayMinMs: 50, delayMaxMs: 60 })
      const start = world.nowMs()
      client.connection.write(BYTE)
      await world.until('there', () => server.received.length === 1, 1000)
      expect(world.nowMs() - start).toBeWithin(50, 60)
      server.connection.write(BYTE)
      await world.until('back', () => client.received.length === 1, 1000)
      expect(world.nowMs() - start).toBeLessThan(62)
    }))

  test('keeps order under loss, which costs time', () =>
    simulate(2, async (world) => {
      const { client, server } = await connected(world)
      world.network.setDefaults({ lossRate: 0.3 })
      const sent = Array.from({ length: 200 }, (_, index) => index)
      for (const value of sent) client.connection.write(new Uint8Array([value]))
      await world.until('all', () => server.received.length === 200, 10_000)
      expect(server.received).toEqual(sent)
      expect(Math.max(...server.times) - Math.min(...server.times)).toBeGreaterThan(150)
    }))

  test('arrives in pieces that are not those written', () =>
    simulate(3, async (world) => {
      const { client, server } = await connected(world)
      for (let count = 0; count < 50; count += 1) client.connection.write(new Uint8Array(100))
      await world.until('all', () => server.received.length === 5000, 1000)
      expect(server.times.length).toBeGreaterThan(50)
    }))

  test('stalls in a partition, and goes on after it', () =>
    simulate(4, async (world) => {
      const { a, b, client, server } = await connected(world)
      const heal = world.network.partition([a], [b])
      client.connection.write(BYTE)
      server.connection.write(BYTE)
      await world.sleep(60_000)
      expect([client.received.length, server.received.length]).toEqual([0, 0])
      expect([client.closed, server.closed]).toEqual([false, false])
      heal()
      await world.sleep(500)
      expect([client.received.length, server.received.length]).toEqual([1, 1])
    }))

  test('keeps order through cuts of any length', () =>
    simulate(12, async (world) => {
      const { a, b, client, server } = await connected(world)
      world.network.setDefaults({ delayMaxMs: 50 })
      const sent = Array.from({ length: 250 }, (_, index) => index)
      for (const value of sent) {
        client.connection.write(new Uint8Array([value]))
        if (value % 10 === 0) {
          const heal = world.network.block([a], [b])
          await world.sleep(world.random.between(1, 30))
          heal()
        }
        await world.sleep(1)
      }
      await world.until('all', () => server.received.length === 250, 10_000)
      expect(server.received).toEqual(sent)
    }))

  test('stalls one way only in a one-way partition', () =>
    simulate(5, async (world) => {
      const { a, b, client, server } = await connected(world)
      world.network.block([a], [b])
      client.connection.write(BYTE)
      server.connection.write(BYTE)
      await world.sleep(1000)
      expect([client.received.length, server.received.length]).toEqual([1, 0])
      // Without the acknowledgements of the other way the window fills.
      server.connection.write(new Uint8Array(1_000_000))
      await world.sleep(1000)
      expect(client.received.length).toBeLessThan(300_000)
      world.network.heal()
      await world.until('all', () => client.received.length === 1_000_001, 2000)
    }))

  test('that stays silent is given up by the writer alone', () =>
    simulate(6, async (world) => {
      const { a, b, client, server } = await connected(world)
      world.network.partition([a], [b])
      client.connection.write(BYTE)
      await world.sleep(1_000_000)
      expect(client.closed).toBe(true)
      expect(client.error?.message).toBe('ETIMEDOUT')
      expect(server.closed).toBe(false)
      expect(b.leaks().filter((held) => held.startsWith('connection')).length).toBe(1)
    }))

  test('stays half open when the reset of its other side is lost', () =>
    simulate(13, async (world) => {
      const { a, b, client, server } = await connected(world)
      const heal = world.network.partition([a], [b])
      client.connection.destroy()
      await world.sleep(100)
      heal()
      await world.sleep(100_000)
      expect([client.closed, server.closed]).toEqual([true, false])
      server.connection.write(BYTE)
      await world.sleep(100)
      expect(server.error?.message).toBe('ECONNRESET')
    }))

  test('breaks where the link or the scenario resets it', () =>
    simulate(7, async (world) => {
      const { a, b, client, server, accepted } = await connected(world)
      expect(world.network.resetConnections(a, b)).toBe(1)
      await world.sleep(5)
      expect([client.error?.message, server.error?.message]).toEqual(['ECONNRESET', 'ECONNRESET'])
      world.network.setDefaults({ resetRate: 1 })
      const next = await dialPeer(a, b)
      next.connection.write(BYTE)
      await world.sleep(5)
      expect([next.closed, accepted[1]!.closed]).toEqual([true, true])
    }))

  test('is half open after a crash, and reset once the machine is back', () =>
    simulate(8, async (world) => {
      const { b, client } = await connected(world)
      b.crash()
      await world.sleep(100_000)
      expect(client.closed).toBe(false)
      client.connection.write(BYTE)
      await world.sleep(5000)
      expect(client.closed).toBe(false)
      b.restart()
      await world.sleep(20_000)
      expect(client.error?.message).toBe('ECONNRESET')
    }))

  test('to a process that died while it was stopped is reset', () =>
    simulate(11, async (world) => {
      const { b, client } = await connected(world)
      b.pause()
      client.connection.write(BYTE)
      await world.sleep(100)
      b.crash()
      b.restart()
      await world.sleep(1000)
      expect(client.error?.message).toBe('ECONNRESET')
    }))

  test('ends at once when the process is killed', () =>
    simulate(9, async (world) => {
      const { b, client } = await connected(world)
      b.kill()
      await world.sleep(5)
      expect(client.closed).toBe(true)
    }))

  test('overwrites what was read, so that nobody can keep it', () =>
    simulate(10, async (world) => {
      const a = world.machine('a')
      const kept: Uint8Array[] = []
      await a.host.network.listen({ host: 'a', port: 1 }, (connection) =>
        connection.handle({ onData: (bytes) => kept.push(bytes), onClose: () => {} }),
      )
      const dialed = await a.host.network.dial({ host: 'a', port: 1 }, 100)
      dialed.write(BYTE)
      await world.until('read', () => kept.length === 1, 100)
      expect(kept[0]![0]).not.toBe(1)
    }))
})

describe('dialing', () => {
  test('a machine without power or behind a partition times out', () =>
    simulate(1, async (world) => {
      const { a, b } = await connected(world)
      const heal = world.network.partition([a], [b])
      const start = world.nowMs()
      expect(await codeOf(dialPeer(a, b, 2500))).toBe('HST-005')
      expect(world.nowMs() - start).toBe(2500)
      heal()
      b.crash()
      expect(await codeOf(dialPeer(a, b, 2500))).toBe('HST-005')
      expect(world.nowMs() - start).toBe(5000)
    }))

  test('through a partition that ends in time works', () =>
    simulate(2, async (world) => {
      const { a, b } = await connected(world)
      const heal = world.network.block([b], [a])
      const dialing = dialPeer(a, b, 10_000)
      await world.sleep(3500)
      heal()
      expect((await dialing).closed).toBe(false)
      expect(world.nowMs()).toBeGreaterThan(3500)
    }))

  test('a killed process or an unknown name is refused at once', () =>
    simulate(3, async (world) => {
      const { a, b } = await connected(world)
      b.kill()
      const start = world.nowMs()
      expect(await codeOf(dialPeer(a, b))).toBe('HST-005')
      const unknown = a.host.network.dial({ host: 'nobody', port: 1 }, 5000)
      expect(await codeOf(unknown)).toBe('HST-005')
      expect(world.nowMs() - start).toBeLessThan(10)
    }))

  test('a listener on loopback works from its own machine only', () =>
    simulate(4, async (world) => {
      const [a, b] = [world.machine('a'), world.machine('b')]
      const address = { host: '127.0.0.1', port: 80 }
      await b.host.network.listen(address, () => {})
      expect(await codeOf(a.host.network.dial({ host: 'b', port: 80 }, 100))).toBe('HST-005')
      expect((await b.host.network.dial(address, 100)).remote).toEqual(address)
    }))
})

/** How many of `count` datagrams arrive, and in which order, under `conditions`. */
const sendDatagrams = async (
  seed: number,
  count: number,
  conditions: Partial<LinkConditions>,
  prepare: (world: SimWorld) => void = () => {},
): Promise<number[]> => {
  const { value } = await simulate(seed, async (world) => {
    const [a, b] = [world.machine('a'), world.machine('b')]
    const heard: number[] = []
    const address = { host: '0.0.0.0', port: 5 }
    const onMessage = (bytes: Uint8Array): void => void heard.push(bytes[0]! * 256 + bytes[1]!)
    await b.host.network.openDatagrams({ address, onMessage })
    const socket = await a.host.network.openDatagrams({ address, onMessage: () => {} })
    world.network.setDefaults(conditions)
    prepare(world)
    for (let index = 0; index < count; index += 1) {
      socket.send(new Uint8Array([index >> 8, index]), { host: 'b', port: 5 })
      await world.sleep(1)
    }
    await world.sleep(100)
    return heard
  })
  return value
}

describe('datagrams', () => {
  test('are lost, doubled and overtaken at the rates given, and only then', async () => {
    const sent = Array.from({ length: 1000 }, (_, index) => index)
    expect(await sendDatagrams(1, 1000, {})).toEqual(sent)
    const fewer = await sendDatagrams(1, 1000, { lossRate: 0.2 })
    expect(fewer.length).toBeWithin(750, 850)
    expect(fewer).toEqual(fewer.toSorted((left, right) => left - right))
    const more = await sendDatagrams(1, 1000, { duplicateRate: 0.2 })
    expect(more.length).toBeWithin(1150, 1250)
    const mixed = await sendDatagrams(1, 1000, { reorderRate: 0.2 })
    expect(mixed).not.toEqual(sent)
    expect(mixed.toSorted((left, right) => left - right)).toEqual(sent)
  })

  test('do not pass a block in their direction', async () => {
    const blocked = await sendDatagrams(1, 10, {}, ({ network, machines: [a, b] }) =>
      network.block([a!], [b!]),
    )
    expect(blocked).toEqual([])
    const open = await sendDatagrams(1, 10, {}, ({ network, machines: [a, b] }) =>
      network.block([b!], [a!]),
    )
    expect(open.length).toBe(10)
  })
})

describe('a name', () => {
  test('may stand for several machines', () =>
    simulate(1, async (world) => {
      const machines = ['a', 'b', 'c'].map((name) => world.machine(name))
      world.network.setName('members', machines)
      const found = await machines[0]!.host.network.resolve('members')
      expect(found).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
      expect(await machines[0]!.host.network.resolve('b')).toEqual(['10.0.0.2'])
    }))
})

describe('swizzle-clog', () => {
  test('cuts machines off one by one and leaves all free', () =>
    simulate(3, async (world) => {
      const [a, b] = [world.machine('a'), world.machine('b')]
      const times: number[] = []
      const address = { host: '0.0.0.0', port: 5 }
      await b.host.network.openDatagrams({ address, onMessage: () => times.push(world.nowMs()) })
      const socket = await a.host.network.openDatagrams({ address, onMessage: () => {} })
      const clog = world.network.swizzleClog(1000)
      while (world.nowMs() < 1000) {
        socket.send(BYTE, { host: 'b', port: 5 })
        await world.sleep(10)
      }
      await clog
      expect(times.length).toBeWithin(10, 95)
      socket.send(BYTE, { host: 'b', port: 5 })
      await world.sleep(10)
      expect(times.at(-1)).toBeGreaterThan(1000)
    }))
})
