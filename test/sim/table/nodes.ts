import type { Member } from '../../../members/member/index.ts'
import {
  createPartitionTable,
  type PartitionRow,
  type PartitionTable,
} from '../../../members/grid/table/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { SimWorld } from '../host/index.ts'
import { type ClusterOptions, type Node, startCluster } from '../membership/cluster.ts'

export const PARTITIONS = 31

/** A member with its table. */
export interface TableNode {
  readonly node: Node
  /** Of the boot that it belongs to. */
  readonly host: Host
  readonly member: Member
  readonly table: PartitionTable
}

export interface TableOptions extends ClusterOptions {
  readonly copies: number
  /** How long a primary needs to bring its replicas in sync, and to freeze. */
  readonly delayMaxMs: number
  /** Says that all is in sync before it is: a bug to be found. */
  readonly reportsEarly?: boolean
  readonly onRow: (of: TableNode, partition: number, row: PartitionRow) => void
  readonly onReport: (kind: 'in sync' | 'frozen', partition: number, version: number) => void
}

export interface TableCluster {
  readonly nodes: readonly Node[]
  /** Of all boots that got so far. */
  readonly all: readonly TableNode[]
  /** Of the members that run. */
  live(): TableNode[]
}

/** Reports as a primary would, without holding anything. */
const standIn = ({ host, member, table }: TableNode, options: TableOptions): void => {
  const { clock, random } = host
  const isPrimaryOf = (partition: number, version: number): boolean => {
    const row = table.row(partition)
    return row?.version === version && row.replicas[0] === member.self.id
  }
  const later = (partition: number, version: number, report: () => void): void => {
    clock.timer(random.next() * options.delayMaxMs, () => {
      if (isPrimaryOf(partition, version)) report()
    })
  }
  table.onRow((partition, { version }) => {
    if (!isPrimaryOf(partition, version)) return
    if (options.reportsEarly === true) table.reportInSync(partition, version)
    later(partition, version, () => {
      options.onReport('in sync', partition, version)
      table.reportInSync(partition, version)
    })
  })
  table.onHandover((partition, version) =>
    later(partition, version, () => {
      options.onReport('frozen', partition, version)
      table.reportFrozen(partition, version)
    }),
  )
}

/** A cluster whose members hold a table, with a stand-in for what is in the partitions. */
export const startTables = (world: SimWorld, options: TableOptions): TableCluster => {
  const all: TableNode[] = []
  const nodes = startCluster(world, {
    ...options,
    onMember: (node, member) => {
      const { host } = node.machine
      const table = createPartitionTable(host, member, {
        partitionCount: PARTITIONS,
        copies: options.copies,
        grouping: { type: 'PER_MEMBER' },
      })
      const made = { node, host, member, table }
      all.push(made)
      table.onRow((partition, row) => options.onRow(made, partition, row))
      standIn(made, options)
    },
  })
  const live = (): TableNode[] =>
    all.filter(
      ({ node, host, member }) =>
        node.machine.isUp && node.machine.host === host && node.member === member,
    )
  return { nodes, all, live }
}
