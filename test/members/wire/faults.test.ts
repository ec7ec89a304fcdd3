import { describe, expect, test } from 'bun:test'
import { createMessenger } from '../../../members/wire/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { type Machine, simulateSeeds, type SimWorld } from '../../sim/host/index.ts'
import { addressOf, bytes, codeOf, type Member, startMember, text } from './members.ts'

const COUNT = 1
const WORK = 2

interface Peer {
  readonly machine: Machine
  member: Member | undefined
  /** Who said what, by the life of the sender. */
  readonly heard: Set<string>
}

/** Two to five members that answer work with its double and count at each other. */
const startPeers = async (world: SimWorld): Promise<Peer[]> => {
  const peers: Peer[] = []
  const program = (name: string) => async (host: Host) => {
    const peer = peers.find(({ machine }) => machine.name === name)!
    const member = await startMember(host, addressOf(name))
    peer.member = member
    peer.heard.clear()
    member.messenger.onRequest(WORK, ({ body }) => bytes(`${Number(text(body)) * 2}`))
    member.messenger.onMessage(COUNT, (from, body) => {
      const saying = `${from.id} ${text(body)}`
      expect(peer.heard.has(saying)).toBe(false)
      peer.heard.add(saying)
    })
  }
  const size = 2 + world.random.integer(4)
  for (const name of ['a', 'b', 'c', 'd', 'e'].slice(0, size)) {
    peers.push({ machine: world.machine(name, program(name)), member: undefined, heard: new Set() })
  }
  await world.until('all up', () => peers.every((peer) => peer.member !== undefined), 100)
  return peers
}

/** One fault, drawn at random, that ends within about a second. */
const misbehave = async (world: SimWorld, peers: readonly Peer[]): Promise<void> => {
  const { random, network } = world
  const { machine } = random.pick(peers)
  const other = random.pick(peers).machine
  const durationMs = random.between(10, 1000)
  const faults: (() => Promise<void>)[] = [
    async () => {
      machine.crash()
      await world.sleep(durationMs)
      machine.restart()
    },
    async () => {
      machine.kill()
      await world.sleep(durationMs)
      machine.restart()
    },
    async () => {
      machine.pause()
      await world.sleep(durationMs)
      machine.resume()
    },
    async () => {
      const heal = network.block([machine], [other])
      await world.sleep(durationMs)
      heal()
    },
    () => network.swizzleClog(durationMs),
    async () => {
      network.resetConnections(machine, other)
      machine.clock.jump(random.between(-1e6, 1e6))
    },
  ]
  await random.pick(faults)()
}

/** Everyone counts at everyone and asks for work; each request must end, and end right. */
const chatter = async (world: SimWorld, peers: readonly Peer[], rounds: number): Promise<void> => {
  const wrong: string[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const { machine, member } of peers) {
      if (!machine.isUp || member === undefined) continue
      const to = addressOf(world.random.pick(peers).machine.name)
      if (to.host === machine.name) continue
      member.messenger.send(to, COUNT, bytes(`${round}`))
      const options = { timeoutMs: 500 }
      member.messenger.request(to, WORK, bytes(`${round}`), options).then(
        (answer) => {
          if (Number(text(answer)) !== round * 2) wrong.push(text(answer))
        },
        (thrown) => {
          const isExpected = ['NET-004', 'NET-005', 'HST-005'].includes(thrown.code)
          if (!isExpected) wrong.push(`${thrown.code} ${thrown.message}`)
        },
      )
    }
    await world.sleep(world.random.between(1, 40))
  }
  await world.sleep(1000)
  expect(wrong).toEqual([])
}

const run = async (world: SimWorld): Promise<void> => {
  const peers = await startPeers(world)
  world.network.setDefaults({ lossRate: 0.02, delayMaxMs: world.random.between(1, 30) })
  const talking = chatter(world, peers, 100)
  for (let count = 0; count < 4; count += 1) await misbehave(world, peers)
  await talking
  world.network.setDefaults({ lossRate: 0 })
  // What hung in half-open connections is given up by then.
  await world.sleep(35_000)
  for (const from of peers) {
    for (const to of peers) {
      if (from === to) continue
      const address = addressOf(to.machine.name)
      const ask = (): Promise<Uint8Array> =>
        from.member!.messenger.request(address, WORK, bytes('21'), { timeoutMs: 5000 })
      // Either may have dialed a connection whose other end is gone; a request finds it out.
      for (let stale = 0; stale < 2 && (await codeOf(ask())) !== 'none'; stale += 1);
      expect(text(await ask())).toBe('42')
    }
    expect(from.member!.bugs).toEqual([])
  }
  await Promise.all(peers.map(({ member }) => member!.messenger.close()))
  await world.sleep(2000)
  for (const { machine } of peers) expect(machine.leaks()).toEqual([])
}

describe('members under faults', () => {
  test('answer right or not at all, never twice, find each other again and hold nothing', async () => {
    const { seeds, events } = await simulateSeeds(100, run)
    expect(events).toBeGreaterThan(seeds * 500)
  }, 60_000)

  test('form a full mesh of 20 with one connection or two for each pair', () =>
    simulateSeeds(3, async (world) => {
      const names = Array.from({ length: 20 }, (_, index) => `m${index}`)
      const members = await Promise.all(
        names.map((name) =>
          createMessenger({
            host: world.machine(name).host,
            settings: {
              clusterName: 'x',
              partitionCount: 1,
              secret: '',
              versions: { oldest: 1, newest: 1 },
            },
            listenOn: addressOf(name),
            events: {
              onConnected: () => {},
              onDisconnected: () => {},
              onRefused: () => {},
              onBug: () => {},
            },
          }),
        ),
      )
      for (const member of members) {
        for (const name of names) {
          if (name !== member.identity.address.host) member.send(addressOf(name), 1, bytes('hi'))
        }
      }
      await world.sleep(1000)
      for (const member of members) expect(member.connected().length).toBe(19)
    }).then(() => {}))
})
