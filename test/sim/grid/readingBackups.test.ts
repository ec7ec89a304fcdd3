import { expect, test } from 'bun:test'
import type { MapSettings } from '../../../members/grid/settings.ts'
import { ByteSink } from '../../../members/grid/bytes/index.ts'
import { partitionOf, toData } from '../../../members/grid/data/index.ts'
import { GRID_KINDS } from '../../../members/grid/kinds.ts'
import { OUTCOMES, writeCall } from '../../../members/grid/operations/codec.ts'
import { MAP_SERVICE_ID, MapOperation } from '../../../members/grid/structures/map/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { type GridNode, PARTITIONS } from './cluster.ts'
import { mapOf, startMaps } from './twoSides.ts'

const UNUSED_ID = 4_000_000_000
const KEYS = Array.from({ length: 40 }, (_, at) => `key${at}`)

/** Two members that hold all, one as primary and one as backup, with all keys written. */
const startTwo = async (world: SimWorld, settings: Partial<MapSettings>): Promise<GridNode[]> => {
  const { nodes } = await startMaps(world, { masters: 2 }, settings)
  for (const [at, key] of KEYS.entries()) await mapOf(nodes[0]!).set(key, at)
  return nodes
}

const ran = (nodes: readonly GridNode[]): number[] =>
  nodes.map(({ grid }) => grid!.statistics().calls)

/** How many calls each member ran while the second one read all keys. */
const readAll = async (nodes: readonly GridNode[]): Promise<number[]> => {
  const before = ran(nodes)
  for (const [at, key] of KEYS.entries()) expect(await mapOf(nodes[1]!).get(key)).toBe(at)
  return ran(nodes).map((count, at) => count - before[at]!)
}

test('a member reads what it has as a backup without asking anybody', () =>
  simulate(1, async (world) => {
    const nodes = await startTwo(world, { readBackupData: true })
    expect(await readAll(nodes)).toEqual([0, KEYS.length])
  }))

test('without the setting the owners are asked', () =>
  simulate(1, async (world) => {
    const nodes = await startTwo(world, { readBackupData: false })
    const [asked, own] = await readAll(nodes)
    expect(asked).toBeGreaterThan(0)
    expect(asked! + own!).toBe(KEYS.length)
  }))

test('what a backup does not have, and what has expired, its owner is asked for', () =>
  simulate(2, async (world) => {
    const nodes = await startTwo(world, { readBackupData: true })
    const before = ran(nodes)[0]!
    for (const key of KEYS) expect(await mapOf(nodes[1]!).get(`no ${key}`)).toBeNull()
    expect(ran(nodes)[0]).toBeGreaterThan(before)
    const map = mapOf(nodes[0]!)
    for (const key of KEYS) await map.set(key, 1, { ttlMs: 1000 })
    await world.sleep(1500)
    for (const key of KEYS) expect(await mapOf(nodes[1]!).get(key)).toBeNull()
  }))

test('what idles out lives on while it is read, on whichever member', () =>
  simulate(3, async (world) => {
    const nodes = await startTwo(world, { readBackupData: true, maxIdleSeconds: 10 })
    for (let round = 0; round < 5; round += 1) {
      await world.sleep(8000)
      for (const [at, key] of KEYS.entries()) expect(await mapOf(nodes[1]!).get(key)).toBe(at)
    }
    await world.sleep(11_000)
    for (const key of KEYS) expect(await mapOf(nodes[1]!).get(key)).toBeNull()
  }))

/** Calls `get` of a member that is not the owner, as a client does that knows an older table. */
const getFrom = async (from: GridNode, to: GridNode, key: string) => {
  const { messenger } = from.node.member!
  const data = toData(key)
  const given = new ByteSink()
  given.bytes(data)
  const invocation = new ByteSink()
  writeCall(invocation, {
    serviceId: MAP_SERVICE_ID,
    operation: MapOperation.get,
    name: 'm',
    partition: partitionOf(data, PARTITIONS),
    arguments: given.copy(),
    isIdempotent: true,
  })
  const answer = Promise.withResolvers<number>()
  const stop = messenger.onAnswer((_, id, { memory, start }) => {
    if (id === UNUSED_ID) answer.resolve(memory[start]!)
  })
  const peer = await messenger.reachCallPeer(to.node.member!.self.address, 1000)
  peer.call(GRID_KINDS.call, UNUSED_ID, invocation.view())
  const outcome = await answer.promise
  stop()
  return outcome
}

test.each([true, false])(
  'a call that comes to a backup is answered there where it is set so: %p',
  (readBackupData) =>
    simulate(4, async (world) => {
      const nodes = await startTwo(world, { readBackupData })
      const isBackup = (key: string): boolean =>
        !nodes[1]!.grid!.registry.partitions[partitionOf(toData(key), PARTITIONS)]!.isPrimary
      const outcome = await getFrom(nodes[0]!, nodes[1]!, KEYS.find(isBackup)!)
      expect(outcome).toBe(readBackupData ? OUTCOMES.done : OUTCOMES.notHere)
    }),
)
