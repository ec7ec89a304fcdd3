import { describe, expect, test } from 'bun:test'
import type { MergeEvent } from '../../../members/grid/index.ts'
import { DEFAULT_GRID, type MapSettings } from '../../../members/grid/settings.ts'
import { RecordArena } from '../../../members/grid/store/index.ts'
import { createGridMap, createMapStructure } from '../../../members/grid/structures/map/index.ts'
import type { MergeFunctions } from '../../../members/grid/structures/mergePolicies.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { expectConverged } from './checker.ts'
import { type GridNode, isSafe, liveGrids, PARTITIONS, startGridCluster } from './cluster.ts'

const mergeFunctions: MergeFunctions = {
  sum: (merging, existing) => (merging.value as number) + ((existing?.value as number) ?? 0),
}

interface Started {
  readonly nodes: GridNode[]
  /** What members told, in the order in which they did. */
  readonly told: MergeEvent[]
}

const start = async (
  world: SimWorld,
  options: { readonly masters: number; readonly quorum?: boolean },
  settings: Partial<MapSettings>,
): Promise<Started> => {
  const nodes = startGridCluster(world, {
    ...options,
    structures: () => [
      createMapStructure({
        settings: { ...DEFAULT_GRID, partitionCount: PARTITIONS, maps: { default: settings } },
        arena: new RecordArena(),
        processors: {},
        mergeFunctions,
        memoryLimitBytes: 2 ** 30,
        dataMemberCount: () => options.masters,
      }),
    ],
  })
  await world.until('safe', () => isSafe(nodes, options.quorum === true), 20_000)
  const told: MergeEvent[] = []
  for (const { grid } of nodes) grid!.onMerge((event) => told.push(event))
  return { nodes, told }
}

const mapOf = (node: GridNode) => createGridMap<string, number>(node.grid!.invoker, 'm')

/** Cuts the first members off until both sides go on, each by itself. */
const cutOff = async (world: SimWorld, nodes: readonly GridNode[], count: number) => {
  const machines = nodes.map(({ node }) => node.machine)
  const heal = world.network.partition(machines.slice(0, count), machines.slice(count))
  await world.until('both sides go on', () => isSideWhole(nodes, count), 60_000)
  return heal
}

const isSideWhole = (nodes: readonly GridNode[], count: number): boolean =>
  nodes.every(
    ({ node, grid }, at) =>
      (node.member!.isSafe() ? grid!.isClusterSafe() : at < count) &&
      node.member!.members().length === (at < count ? count : nodes.length - count),
  )

const mended = async (world: SimWorld, nodes: readonly GridNode[]): Promise<void> => {
  await world.until(
    'one cluster without anything to merge',
    () => isSafe(nodes, false) && liveGrids(nodes).every((grid) => !grid.isMerging()),
    120_000,
  )
  expectConverged(nodes)
}

/** Both sides write: keys of the one, of the other, and of both; then they become one again. */
const split = async (
  world: SimWorld,
  settings: Partial<MapSettings>,
  shape: { readonly masters: number; readonly cutOff: number },
): Promise<Started & { readonly entries: ReadonlyMap<string, number> }> => {
  const { nodes, told } = await start(world, shape, settings)
  const [small, large] = [mapOf(nodes[0]!), mapOf(nodes.at(-1)!)]
  for (let at = 0; at < 50; at += 1) await small.set(`before${at}`, at)
  const heal = await cutOff(world, nodes, shape.cutOff)
  for (let at = 0; at < 50; at += 1) {
    await small.set(`small${at}`, 1000 + at)
    await large.set(`large${at}`, 2000 + at)
    await (at % 2 === 0 ? small : large).set(`both${at}`, at % 2 === 0 ? 1 : 2)
    await world.sleep(10)
    await (at % 2 === 0 ? large : small).set(`both${at}`, at % 2 === 0 ? 2 : 1)
  }
  heal()
  await mended(world, nodes)
  const found = await Promise.all(nodes.map((node) => mapOf(node).entrySet()))
  const entries = new Map(found[0])
  for (const each of found) expect(new Map(each)).toEqual(entries)
  return { nodes, told, entries }
}

const counted = (entries: ReadonlyMap<string, number>, prefix: string): number =>
  [...entries.keys()].filter((key) => key.startsWith(prefix)).length

const SHAPES = [
  { masters: 3, cutOff: 1 },
  { masters: 3, cutOff: 2 },
]

describe('two sides of a split become one', () => {
  for (const shape of SHAPES) {
    const side = `${shape.cutOff} of ${shape.masters} cut off`

    test(`the latest update wins, with ${side}`, () =>
      simulate(1, async (world) => {
        const { entries, told } = await split(world, { mergePolicy: 'latest-update' }, shape)
        expect(counted(entries, 'before')).toBe(50)
        expect(counted(entries, 'small')).toBe(50)
        expect(counted(entries, 'large')).toBe(50)
        for (let at = 0; at < 50; at += 1) {
          expect([at, entries.get(`both${at}`)]).toEqual([at, at % 2 === 0 ? 2 : 1])
        }
        expect(told.filter(({ kind }) => kind === 'failed')).toEqual([])
        expect(told.some(({ kind }) => kind === 'merged')).toBe(true)
      }))
  }

  test('discard keeps nothing of the side that gives way, and sends nothing', () =>
    simulate(2, async (world) => {
      const { entries, told } = await split(world, { mergePolicy: 'discard' }, SHAPES[0]!)
      expect(counted(entries, 'before')).toBe(50)
      expect(counted(entries, 'large')).toBe(50)
      expect(counted(entries, 'small')).toBe(0)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(2)
      expect(told).toEqual([])
    }))

  test('put-if-absent keeps what is there, pass-through what comes', () =>
    simulate(3, async (world) => {
      const kept = await split(world, { mergePolicy: 'put-if-absent' }, SHAPES[0]!)
      expect(counted(kept.entries, 'small') + counted(kept.entries, 'large')).toBe(100)
      for (let at = 0; at < 50; at += 1) expect(kept.entries.get(`both${at}`)).toBe(2)
    }))

  test('pass-through takes what comes', () =>
    simulate(4, async (world) => {
      const { entries } = await split(world, { mergePolicy: 'pass-through' }, SHAPES[0]!)
      expect(counted(entries, 'small') + counted(entries, 'large')).toBe(100)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(1)
    }))

  test('a function of the user decides, and listeners hear what was merged', () =>
    simulate(5, async (world) => {
      const { entries } = await split(world, { mergePolicy: 'sum' }, SHAPES[0]!)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(3)
      expect(entries.get('small7')).toBe(1007)
    }))

  test('a function that no member has is told, and nothing of the other side is harmed', () =>
    simulate(6, async (world) => {
      const { entries, told } = await split(world, { mergePolicy: 'nobodys' }, SHAPES[0]!)
      expect(counted(entries, 'large')).toBe(50)
      expect(counted(entries, 'small')).toBe(0)
      const failed = told.filter(({ kind }) => kind === 'failed')
      expect(failed).not.toHaveLength(0)
      expect(failed[0]).toMatchObject({ service: 'map', name: 'm' })
    }))

  test('listeners are told of entries that were merged, and of no others', () =>
    simulate(7, async (world) => {
      const { nodes } = await start(world, { masters: 3 }, { mergePolicy: 'latest-update' })
      const [small, large] = [mapOf(nodes[0]!), mapOf(nodes[2]!)]
      for (let at = 0; at < 20; at += 1) await small.set(`before${at}`, at)
      const merged: [string, number | null, number | null][] = []
      await large.addEntryListener({
        merged: ({ key, value, oldValue }) => merged.push([key, value, oldValue]),
      })
      const heal = await cutOff(world, nodes, 1)
      await large.set('both', 1)
      await world.sleep(10)
      await small.set('both', 2)
      await small.set('new', 3)
      heal()
      await mended(world, nodes)
      await world.until('told', () => merged.length > 1, 10_000)
      expect(merged.sort()).toEqual([
        ['both', 2, 1],
        ['new', 3, null],
      ])
    }))
})

describe('with split-brain protection', () => {
  test('nothing acknowledged is lost, and nothing of the smaller side appears', () =>
    simulate(8, async (world) => {
      const shape = { masters: 3, quorum: true }
      const { nodes, told } = await start(world, shape, { mergePolicy: 'pass-through' })
      const [small, large] = [mapOf(nodes[0]!), mapOf(nodes[2]!)]
      for (let at = 0; at < 50; at += 1) await small.set(`key${at}`, 1)
      const heal = await cutOff(world, nodes, 1)
      const refused = Array.from({ length: 10 }, (_, at) =>
        small.set(`key${at}`, 2).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      for (let at = 0; at < 50; at += 1) await large.set(`key${at}`, 3)
      await world.sleep(61_000)
      expect(await Promise.all(refused)).not.toContain('answered')
      heal()
      await mended(world, nodes)
      for (let at = 0; at < 50; at += 1) expect(await large.get(`key${at}`)).toBe(3)
      expect(told.filter((event) => event.kind === 'merged' && event.taken > 0)).toEqual([])
    }))

  test('what the larger side has lost comes back with the smaller one', () =>
    simulate(9, async (world) => {
      const { nodes } = await start(
        world,
        { masters: 3, quorum: true },
        { mergePolicy: 'discard', backupCount: 0 },
      )
      const large = mapOf(nodes[2]!)
      for (let at = 0; at < 100; at += 1) await large.set(`key${at}`, 1)
      const heal = await cutOff(world, nodes, 1)
      const left = await large.size()
      expect(left).toBeWithin(1, 100)
      await large.set('key0', 2)
      heal()
      await mended(world, nodes)
      expect(await large.size()).toBe(100)
      expect(await large.get('key0')).toBe(2)
    }))
})
