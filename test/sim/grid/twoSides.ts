import type { MergeEvent } from '../../../members/grid/index.ts'
import { DEFAULT_GRID, type MapSettings } from '../../../members/grid/settings.ts'
import { RecordArena } from '../../../members/grid/store/index.ts'
import { createGridMap, createMapStructure } from '../../../members/grid/structures/map/index.ts'
import type { MergeFunctions } from '../../../members/grid/structures/mergePolicies.ts'
import type { SimWorld } from '../host/index.ts'
import { expectConverged } from './checker.ts'
import { type GridNode, isSafe, liveGrids, PARTITIONS, startGridCluster } from './cluster.ts'

/** Members whose maps can be split and become one again. */
export interface Started {
  readonly nodes: GridNode[]
  /** What members told, in the order in which they did. */
  readonly told: MergeEvent[]
}

export const startMaps = async (
  world: SimWorld,
  options: {
    readonly masters: number
    readonly quorum?: boolean
    readonly mergeFunctions?: MergeFunctions
  },
  settings: Partial<MapSettings>,
): Promise<Started> => {
  const nodes = startGridCluster(world, {
    ...options,
    structures: () => [
      createMapStructure({
        settings: { ...DEFAULT_GRID, partitionCount: PARTITIONS, maps: { default: settings } },
        arena: new RecordArena(),
        processors: {},
        mergeFunctions: options.mergeFunctions ?? {},
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

export const mapOf = <Value = number>(node: GridNode) =>
  createGridMap<string, Value>(node.grid!.invoker, 'm')

/** Cuts the first members off until both sides go on, each by itself; returns how to mend it. */
export const cutOff = async (world: SimWorld, nodes: readonly GridNode[], count: number) => {
  const machines = nodes.map(({ node }) => node.machine)
  const heal = world.network.partition(machines.slice(0, count), machines.slice(count))
  await world.until('both sides go on', () => isSideWhole(nodes, count), 60_000)
  return heal
}

const isSideWhole = (nodes: readonly GridNode[], count: number): boolean =>
  nodes.every(
    ({ node, grid }, at) =>
      (at < count && !node.member!.isSafe()) ||
      (grid!.isClusterSafe() &&
        node.member!.members().length === (at < count ? count : nodes.length - count)),
  )

/** Waits until all is merged, and checks that all members hold the same. */
export const mended = async (world: SimWorld, nodes: readonly GridNode[]): Promise<void> => {
  await world.until(
    'one cluster without anything to merge',
    () => isSafe(nodes, false) && liveGrids(nodes).every((grid) => !grid.isMerging()),
    120_000,
  )
  expectConverged(nodes)
}
