import { expect, test } from 'bun:test'
import { DEFAULT_GRID, type MapSettings } from '../../../members/grid/settings.ts'
import { RecordArena } from '../../../members/grid/store/index.ts'
import {
  createGridMap,
  createMapStructure,
  type EntryProcessors,
  type GridMap,
} from '../../../members/grid/structures/map/index.ts'
import { partitionOf, toData } from '../../../members/grid/data/index.ts'
import { equal, count, sum } from '../../../members/grid/query/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { simulate, simulateSeeds, type SimWorld } from '../host/index.ts'
import { type GridNode, isSafe, PARTITIONS, startGridCluster, takeDown } from './cluster.ts'

const processors: EntryProcessors = {
  add(entry, argument) {
    entry.setValue(((entry.value as number | null) ?? 0) + (argument as number))
    return entry.value
  },
}

const start = async (world: SimWorld, settings: Partial<MapSettings> = {}): Promise<GridNode[]> => {
  const nodes = startGridCluster(world, {
    masters: 3,
    structures: () => [
      createMapStructure({
        settings: { ...DEFAULT_GRID, partitionCount: PARTITIONS, maps: { default: settings } },
        arena: new RecordArena(),
        processors,
        memoryLimitBytes: 2 ** 30,
        dataMemberCount: () => 3,
      }),
    ],
  })
  await world.until('safe', () => isSafe(nodes, false), 20_000)
  return nodes
}

const mapOf = <Key, Value>(node: GridNode, lockContext = 0): GridMap<Key, Value> =>
  createGridMap<Key, Value>(node.grid!.invoker, 'm', { lockContext })

/** The member that owns a key, and two that do not. */
const byOwner = (nodes: readonly GridNode[], key: unknown): [GridNode, GridNode, GridNode] => {
  const row = nodes[0]!.grid!.table.row(partitionOf(toData(key), PARTITIONS))!
  const owner = nodes.find(({ node }) => node.member!.self.id === row.replicas[0])!
  const [first, second] = nodes.filter((node) => node !== owner)
  return [owner, first!, second!]
}

test('entries, queries and processors go on when a member dies', () =>
  simulate(1, async (world) => {
    const nodes = await start(world, {
      indexes: [{ name: undefined, type: 'HASH', attributes: ['this'] }],
    })
    const map = mapOf<number, number>(nodes[0]!)
    await map.putAll(Array.from({ length: 200 }, (_, at): [number, number] => [at, at % 10]))
    expect(await map.keySet(equal('this', 3))).toHaveLength(20)
    takeDown(nodes[2]!, () => nodes[2]!.node.machine.crash())
    expect(await map.size()).toBe(200)
    expect(await map.aggregate<number>(sum('this'))).toBe(900)
    expect(await map.keySet(equal('this', 3))).toHaveLength(20)
    await map.executeOnEntries('add', 1)
    expect(await map.aggregate<number>(count(), equal('this', 10))).toBe(20)
    expect(await mapOf<number, number>(nodes[1]!).executeOnKey<number>(5, 'add', 100)).toBe(106)
  }))

test('listeners and the journal tell every change, whoever makes it and whoever dies', () =>
  simulate(2, async (world) => {
    const eventJournal = { enabled: true, capacity: 10_000, timeToLiveSeconds: 0 }
    const nodes = await start(world, { eventJournal })
    const [owner, writer, reader] = byOwner(nodes, 'key')
    const told: (number | null)[] = []
    const readerMap = mapOf<string, number>(reader)
    await readerMap.addEntryListener({
      added: ({ value }) => told.push(value),
      updated: ({ value }) => told.push(value),
    })
    const map = mapOf<string, number>(writer)
    for (let value = 0; value < 10; value += 1) await map.set('key', value)
    await world.until('told', () => told.length === 10, 10_000)
    takeDown(owner, () => owner.node.machine.crash())
    const partition = partitionOf(toData('key'), PARTITIONS)
    const waiting = readerMap.readFromEventJournal(partition, 10, { timeoutMs: 60_000 })
    for (let value = 10; value < 20; value += 1) {
      try {
        await map.set('key', value)
      } catch (error) {
        // Whether it ran went down with the owner: the next one tells.
        expect((error as EngineError).code).toBe('GRD-002')
      }
    }
    expect((await waiting).events[0]!.sequence).toBe(10)
    await world.until('told again', () => told.at(-1) === 19, 20_000)
    const { events } = await readerMap.readFromEventJournal(partition, 0)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at))
    expect(events.slice(0, 10).map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(events.at(-1)!.value).toBe(19)
  }))

test('a lock is handed on, also by one that dies', () =>
  simulate(3, async (world) => {
    const nodes = await start(world)
    const [, first, second] = byOwner(nodes, 'key')
    const [mine, other] = [mapOf<string, number>(first), mapOf<string, number>(second)]
    await mine.lock('key')
    expect(await other.tryLock('key')).toBe(false)
    let isWritten = false
    const write = other.set('key', 1).then(() => {
      isWritten = true
    })
    await world.sleep(1000)
    expect(isWritten).toBe(false)
    await mine.unlock('key')
    await write
    await mine.lock('key', { leaseMs: 3000 })
    const beforeMs = world.nowMs()
    await other.lock('key')
    expect(world.nowMs() - beforeMs).toBeWithin(2000, 3500)
    await other.unlock('key')
    await mine.lock('key')
    takeDown(first, () => first.node.machine.crash())
    await other.lock('key')
    expect(await other.isLocked('key')).toBe(true)
  }))

/** Writes growing numbers to a key until it is told to stop; knows what was acknowledged. */
const writeOn = (world: SimWorld, nodes: readonly GridNode[], key: number) => {
  let isOver = false
  let acknowledged = 0
  let tried = 0
  const run = async (): Promise<void> => {
    while (!isOver) {
      const node = nodes[world.random.integer(nodes.length)]!
      if (node.grid === undefined) {
        await world.sleep(50)
        continue
      }
      tried += 1
      const value = tried
      const gone = node.down.promise.then(() => 'gone' as const)
      const write = mapOf<number, number>(node)
        .set(key, value)
        .then(
          () => 'done' as const,
          () => 'doubtful' as const,
        )
      if ((await Promise.race([write, gone])) === 'done') acknowledged = value
      await world.sleep(world.random.integer(40))
    }
  }
  const running = run()
  return {
    acknowledged: () => acknowledged,
    tried: () => tried,
    stop: async () => {
      isOver = true
      await running
    },
  }
}

test('what was acknowledged is there after members died and came back', () =>
  simulateSeeds(3, async (world) => {
    const indexes = [{ name: undefined, type: 'SORTED', attributes: ['this'] }] as const
    const nodes = await start(world, { indexes })
    const writers = Array.from({ length: 12 }, (_, key) => writeOn(world, nodes, key))
    for (let round = 0; round < 3; round += 1) {
      const victim = nodes[world.random.integer(3)]!
      await world.sleep(world.random.integer(2000))
      takeDown(victim, () => victim.node.machine.crash())
      await world.sleep(world.random.integer(4000))
      victim.node.machine.restart()
      await world.until('safe again', () => isSafe(nodes, false), 60_000)
    }
    for (const writer of writers) await writer.stop()
    const map = mapOf<number, number>(nodes[0]!)
    for (const [key, writer] of writers.entries()) {
      const value = (await map.get(key)) ?? 0
      expect(value).toBeWithin(writer.acknowledged(), writer.tried() + 1)
      expect(writer.acknowledged()).toBeGreaterThan(10)
      expect(await map.keySet(equal('this', value))).toContain(key)
    }
    expect(await map.aggregate<number>(count())).toBe(writers.length)
  }))

test('what is lost because members die faster than copies are made is told', async () => {
  let runsWithLoss = 0
  await simulateSeeds(20, async (world) => {
    const nodes = await start(world)
    const [first, second, last] = nodes as [GridNode, GridNode, GridNode]
    const map = mapOf<number, string>(last)
    await map.putAll(Array.from({ length: 200 }, (_, at) => [at, `${at}`.padEnd(5000)] as const))
    const told = new Set<number>()
    const { table } = last.grid!
    table.onPartitionLost(({ partition }) => told.add(partition))
    takeDown(first, () => first.node.machine.kill())
    const { id } = first.node.member!.self
    const isStruck = (): boolean =>
      Array.from({ length: PARTITIONS }, (_, at) => table.row(at)!).every(
        ({ replicas }) => !replicas.includes(id),
      )
    await world.until('the rows are without the first', isStruck, 30_000)
    await world.sleep(world.random.between(0, 20))
    takeDown(second, () => second.node.machine.kill())
    await world.until('the last one is alone', () => isSafe(nodes, false), 60_000)
    const missing = new Set<number>()
    for (let key = 0; key < 200; key += 1) {
      if ((await map.get(key)) === null) missing.add(partitionOf(toData(key), PARTITIONS))
    }
    if (missing.size > 0) runsWithLoss += 1
    expect([...missing].filter((partition) => !told.has(partition))).toEqual([])
  })
  expect(runsWithLoss).toBeGreaterThan(0)
}, 60_000)
