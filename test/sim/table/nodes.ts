import type { Member } from '../../../members/member/index.ts'
import { createPartitionTable, type PartitionTable } from '../../../members/grid/table/index.ts'
import type { Host } from '../../../runtime/host/index.ts'

export const PARTITIONS = 31

/** Reports as a primary would, without holding anything: in sync and frozen after a while. */
export const startTable = (
  host: Host,
  member: Member,
  copies: number,
  delayMaxMs: number,
): PartitionTable => {
  const table = createPartitionTable(host, member, {
    partitionCount: PARTITIONS,
    copies,
    grouping: { type: 'PER_MEMBER' },
  })
  const isPrimaryOf = (partition: number, version: number): boolean => {
    const row = table.row(partition)
    return row?.version === version && row.replicas[0] === member.self.id
  }
  const later = (partition: number, version: number, report: () => void): void => {
    host.clock.timer(host.random.next() * delayMaxMs, () => {
      if (isPrimaryOf(partition, version)) report()
    })
  }
  table.onRow((partition, { version }) => {
    if (!isPrimaryOf(partition, version)) return
    later(partition, version, () => table.reportInSync(partition, version))
  })
  table.onHandover((partition, version) =>
    later(partition, version, () => table.reportFrozen(partition, version)),
  )
  return table
}
