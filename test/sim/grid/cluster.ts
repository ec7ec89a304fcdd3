import { DEFAULT_GRID, type Protections } from '../../../members/grid/index.ts'
import { type GridCore, type KeepingOptions, startGrid } from '../../../members/grid/start.ts'
import type { BackupSettings } from '../../../members/grid/settings.ts'
import type { Structure } from '../../../members/grid/structures/structure.ts'
import type { SimWorld } from '../host/index.ts'
import { type ClusterOptions, type Node, startCluster } from '../membership/cluster.ts'

export const PARTITIONS = 11

/** A machine that runs a member with its part of the grid. */
export interface GridNode {
  readonly node: Node
  /** The grid of the present boot, once its member is in a cluster. */
  grid: GridCore | undefined
  /** Resolved when the machine of the present boot goes down. */
  down: PromiseWithResolvers<void>
}

/** Ends the present boot of a machine. */
export const takeDown = (node: GridNode, act: () => void): void => {
  act()
  node.grid = undefined
  node.down.resolve()
  node.down = Promise.withResolvers()
}

export interface GridOptions extends Omit<ClusterOptions, 'onMember'> {
  readonly structures: () => readonly Structure[]
  readonly protections?: Protections
  /** What the structures have; the table is made for it from the start. */
  readonly backups?: BackupSettings
  /** What of them outlives its process. */
  readonly keeping?: KeepingOptions
}

/** Boots a member with a grid on each of a number of machines. */
export const startGridCluster = (world: SimWorld, options: GridOptions): GridNode[] => {
  const gridNodes: GridNode[] = []
  const nodes = startCluster(world, {
    ...options,
    change: (settings) => ({
      ...(options.change?.(settings) ?? settings),
      partitionCount: PARTITIONS,
    }),
    onMember: (node, member) => {
      const gridNode = gridNodes.find((each) => each.node === node)!
      gridNode.grid = startGrid(
        node.machine.host,
        member,
        {
          ...DEFAULT_GRID,
          partitionCount: PARTITIONS,
          maps: { default: options.backups ?? {} },
          protections: options.protections ?? {},
        },
        options.structures(),
        options.keeping,
      )
    },
  })
  gridNodes.push(
    ...nodes.map((node): GridNode => ({ node, grid: undefined, down: Promise.withResolvers() })),
  )
  return gridNodes
}

export const liveGrids = (nodes: readonly GridNode[]): GridCore[] =>
  nodes.flatMap(({ node, grid }) => (node.machine.isUp && grid !== undefined ? [grid] : []))

/** Whether all members that run are in one cluster whose data is all where it should be. */
export const isSafe = (nodes: readonly GridNode[], quorum: boolean): boolean => {
  const running = nodes.filter(({ node }) => node.machine.isUp)
  return running.every(
    (each) =>
      each.grid?.isClusterSafe() === true &&
      each.node.member?.members().length === running.length &&
      (!quorum || each.node.member.isSafe()),
  )
}
