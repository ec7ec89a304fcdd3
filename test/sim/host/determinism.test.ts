import { describe, expect, test } from 'bun:test'
import type { Host } from '../../../runtime/host/index.ts'
import { createSeededRandom, simulate, type SimWorld } from './index.ts'
import { createServer, dialPeer, type Peer } from './peers.ts'

/** A busy world: chatter over streams and datagrams, files, crashes and cuts. */
const busy = async (world: SimWorld): Promise<string> => {
  const accepted: Peer[] = []
  const heard: string[] = []
  const program = async (host: Host): Promise<void> => {
    await createServer(accepted)(host)
    await host.disk.makeFolder('/data')
    const socket = await host.network.openDatagrams({
      address: { host: '0.0.0.0', port: 9 },
      multicast: { group: '224.2.2.3', timeToLive: 1, loopback: false },
      onMessage: (bytes, from) => heard.push(`${from.host}:${bytes.join('.')}`),
    })
    for (let round = 0; round < 20; round += 1) {
      socket.send(host.random.bytes(4), { host: '224.2.2.3', port: 9 })
      await host.disk.writeFileAtomically('/data/a', host.random.bytes(600))
      await host.clock.sleep(host.random.integer(100))
    }
  }
  const machines = ['a', 'b', 'c'].map((name) => world.machine(name, program))
  world.network.setDefaults({ lossRate: 0.1, duplicateRate: 0.1, reorderRate: 0.2 })
  await world.sleep(5)
  const peers = await Promise.all(machines.map((from) => dialPeer(from, machines[0]!)))
  for (const peer of peers) peer.connection.write(world.random.bytes(300_000))
  const swizzle = world.network.swizzleClog(500)
  await world.sleep(100)
  machines[1]!.crash()
  machines[2]!.pause()
  await world.sleep(200)
  machines[1]!.restart()
  machines[2]!.resume()
  await swizzle
  await world.sleep(3000)
  return `${heard.join(' ')} ${accepted.map((peer) => peer.received.length).join(' ')}`
}

describe('a seed', () => {
  test('gives one history, line by line, and another seed another', async () => {
    const first = await simulate(7, busy, { trace: true })
    const again = await simulate(7, busy, { trace: true })
    const other = await simulate(8, busy, { trace: true })
    expect(again.trace).toEqual(first.trace)
    expect(again.value).toBe(first.value)
    expect(again.fingerprint).toBe(first.fingerprint)
    expect(other.fingerprint).not.toBe(first.fingerprint)
    expect(other.value).not.toBe(first.value)
    expect(first.events).toBeGreaterThan(500)
  })

  test('has a fingerprint that does not depend on how much of the trace is kept', async () => {
    const kept = await simulate(3, busy, { trace: true })
    const dropped = await simulate(3, busy)
    expect(dropped.fingerprint).toBe(kept.fingerprint)
    expect(kept.trace.slice(-dropped.trace.length)).toEqual([...dropped.trace])
  })

  test('gives different histories that all differ', async () => {
    const fingerprints = new Set<number>()
    for (let seed = 0; seed < 20; seed += 1)
      fingerprints.add((await simulate(seed, busy)).fingerprint)
    expect(fingerprints.size).toBe(20)
  })

  test('draws evenly, and each fork for itself', () => {
    const random = createSeededRandom('even')
    const counts = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 100_000; draw += 1) counts[random.integer(10)]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    const fork = random.fork('x').next()
    random.next()
    expect(random.fork('x').next()).toBe(fork)
    expect(random.fork('y').next()).not.toBe(fork)
    expect(random.uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})

describe('time', () => {
  test('passes as the plan says, whatever it takes to run', async () => {
    const { elapsedMs, events } = await simulate(1, async (world) => {
      await world.machine('a').host.clock.sleep(3_600_000)
    })
    expect(elapsedMs).toBe(3_600_000)
    expect(events).toBeLessThan(5)
  })

  test('waits until all promises that an event settles have run', async () => {
    const { value } = await simulate(1, async (world) => {
      const { clock } = world.machine('a').host
      const order: string[] = []
      const chain = async (): Promise<void> => {
        await clock.sleep(1)
        for (let turn = 0; turn < 1000; turn += 1) await Promise.resolve()
        order.push(`chain at ${world.nowMs()}`)
      }
      void chain()
      clock.timer(1, () => order.push(`timer at ${world.nowMs()}`))
      await clock.sleep(2)
      return order
    })
    expect(value).toEqual(['chain at 1', 'timer at 1'])
  })
})

const messageOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run
  } catch (thrown) {
    return (thrown as Error).message
  }
  return 'no failure'
}

describe('a failure', () => {
  test('of the scenario names the seed, the time and what came last', async () => {
    const run = simulate(99, async (world) => {
      world.machine('a')
      world.note('about to fail')
      await world.sleep(12)
      throw new Error('as planned')
    })
    const message = await messageOf(run)
    expect(message).toStartWith('SEED=99 failed at 12.000 ms: as planned\n')
    expect(message).toContain('about to fail')
  })

  test('of a program, or of a callback of it, fails the simulation', async () => {
    const program = simulate(1, async (world) => {
      world.machine('a', async () => {
        throw new Error('program broke')
      })
      await world.sleep(100)
    })
    expect(await messageOf(program)).toContain('program broke')
    const callback = simulate(1, async (world) => {
      world.machine('a').host.clock.timer(5, () => {
        throw new Error('callback broke')
      })
      await world.sleep(100)
    })
    expect(await messageOf(callback)).toContain('callback broke')
  })

  test('is a scenario that can never go on, or goes on for ever', async () => {
    const idle = simulate(1, () => new Promise(() => {}))
    expect(await messageOf(idle)).toContain('nothing is left to happen')
    const endless = simulate(
      1,
      async (world) => {
        const { clock } = world.machine('a').host
        for (;;) await clock.yield()
      },
      { limitEvents: 100_000 },
    )
    expect(await messageOf(endless)).toContain('still running after 100000 events')
    const late = simulate(1, (world) => world.until('pigs fly', () => false, 50))
    expect(await messageOf(late)).toContain('Not within 50 ms: pigs fly')
  })
})
