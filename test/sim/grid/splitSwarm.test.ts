import { describe, expect, test } from 'bun:test'
import { DEFAULT_GRID } from '../../../members/grid/settings.ts'
import { RecordArena } from '../../../members/grid/store/index.ts'
import { createGridMap, createMapStructure } from '../../../members/grid/structures/map/index.ts'
import type { Merging, Structure } from '../../../members/grid/structures/structure.ts'
import { simulate, simulateSeeds, type SimWorld } from '../host/index.ts'
import { expectConverged } from './checker.ts'
import { type GridNode, isSafe, liveGrids, PARTITIONS, startGridCluster } from './cluster.ts'

const KEYS = 300
/** A batch of a few entries, so that there are many. */
const BATCH_SIZE = 3

const createMaps = (): Structure =>
  createMapStructure({
    settings: {
      ...DEFAULT_GRID,
      partitionCount: PARTITIONS,
      maps: { default: { mergePolicy: 'latest-update', mergeBatchSize: BATCH_SIZE } },
    },
    arena: new RecordArena(),
    processors: {},
    memoryLimitBytes: 2 ** 30,
    dataMemberCount: () => 3,
  })

/** Maps whose merge is made worse. */
const createSpoiledMaps = (spoil: (merging: Merging) => Merging): Structure => {
  const maps = createMaps()
  return {
    ...maps,
    createFragment(context) {
      const fragment = maps.createFragment(context)
      const { merging } = fragment
      Object.defineProperty(fragment, 'merging', { value: spoil(merging!) })
      return fragment
    },
  }
}

const mapOf = ({ grid }: GridNode) => createGridMap<number, number>(grid!.invoker, 'm')

/** Both sides write at random; returns what each key has to be after the merge. */
const writeApart = async (
  world: SimWorld,
  sides: readonly (readonly GridNode[])[],
): Promise<Map<number, number>> => {
  const { random } = world
  const latest = new Map<number, number>()
  for (let value = 1; value <= 2 * KEYS; value += 1) {
    const key = random.integer(KEYS)
    await mapOf(random.pick(random.pick(sides))).set(key, value)
    latest.set(key, value)
    await world.sleep(2)
  }
  return latest
}

/** Cuts a cluster in two at random, lets both sides write, and mends it again. */
const scenario = async (
  world: SimWorld,
  structures: () => readonly Structure[] = () => [createMaps()],
): Promise<void> => {
  const { random } = world
  const nodes = startGridCluster(world, { masters: random.between(2, 5), structures })
  await world.until('safe', () => isSafe(nodes, false), 30_000)
  for (let key = 0; key < KEYS; key += 1) await mapOf(random.pick(nodes)).set(key, 0)
  const shuffled = random.shuffled(nodes)
  const cutOff = random.between(1, nodes.length - 1)
  const sides = [shuffled.slice(0, cutOff), shuffled.slice(cutOff)]
  const machinesOf = (side: readonly GridNode[]) => side.map(({ node }) => node.machine)
  const heal = world.network.partition(machinesOf(sides[0]!), machinesOf(sides[1]!))
  await world.until(
    'both sides go on',
    () =>
      sides.every((side) =>
        side.every(
          ({ node, grid }) =>
            grid!.isClusterSafe() && node.member!.members().length === side.length,
        ),
      ),
    120_000,
  )
  const expected = await writeApart(world, sides)
  heal()
  await world.until(
    'one cluster without anything to merge',
    () => isSafe(nodes, false) && liveGrids(nodes).every((grid) => !grid.isMerging()),
    120_000,
  )
  expectConverged(nodes)
  const found = new Map(await mapOf(random.pick(nodes)).entrySet())
  expect(found.size).toBe(KEYS)
  const wrong = [...found].filter(([key, value]) => value !== (expected.get(key) ?? 0))
  expect(wrong).toEqual([])
}

describe('clusters that are cut in two at random', () => {
  test(
    'have the latest value of every key when they are one again',
    () => simulateSeeds(20, (world) => scenario(world)),
    60_000,
  )

  test.each([
    ['forgets a batch', (merging: Merging): Merging => ({ ...merging, write: () => undefined })],
    [
      'does not compare the times',
      (merging: Merging): Merging => ({
        ...merging,
        merge: (call, _policy, isFirst) => merging.merge(call, 'pass-through', isFirst),
      }),
    ],
    [
      'keeps what it was sent from backups',
      (merging: Merging): Merging => ({
        ...merging,
        merge(call, policy, isFirst) {
          const taken = merging.merge(call, policy, isFirst)
          call.effects.reset()
          return taken
        },
      }),
    ],
  ])('are seen not to, where a merge %s', (_, spoil) => {
    const spoiled = () => [createSpoiledMaps(spoil)]
    return expect(simulate(1, (world) => scenario(world, spoiled))).rejects.toThrow('expect')
  })
})
