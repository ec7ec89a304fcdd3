import type { Address } from '../../../runtime/host/index.ts'
import type { PartitionRow } from '../table/row.ts'
import type { ClusterMember, News } from './news.ts'

type RowListener = (
  partition: number,
  row: PartitionRow,
  previous: PartitionRow | undefined,
) => void

/** The cluster as a client knows it: who is in it, and where each partition is. */
export interface KnownCluster {
  /** 0 until a member has told. */
  readonly partitionCount: number
  readonly clusterId: string | undefined
  members(): readonly ClusterMember[]
  addressOf(memberId: string): Address | undefined
  row(partition: number): PartitionRow | undefined
  /** Takes a row, if it is newer than the one that is known. */
  adopt(partition: number, row: PartitionRow): void
  onRow(listener: RowListener): () => void
  onMembers(listener: (members: readonly ClusterMember[]) => void): () => void
  /**
   * Takes what is newer; news of all there is also where they speak of another cluster, which takes
   * the place of the one that was known. `other cluster`: that, but not all there is; `other count`:
   * a cluster with another number of partitions, which this client cannot be one of.
   */
  learn(news: News): 'taken' | 'other cluster' | 'other count'
}

export const createKnownCluster = (): KnownCluster => {
  let stamp: Pick<News, 'clusterId' | 'epoch' | 'version'> | undefined
  let partitionCount = 0
  let members = new Map<string, ClusterMember>()
  const rows: (PartitionRow | undefined)[] = []
  const rowListeners = new Set<RowListener>()
  const memberListeners = new Set<(members: readonly ClusterMember[]) => void>()

  const adopt = (partition: number, row: PartitionRow): void => {
    const previous = rows[partition]
    if (previous !== undefined && previous.version >= row.version) return
    rows[partition] = row
    for (const listener of rowListeners) listener(partition, row, previous)
  }
  const isNewer = (news: News): boolean =>
    stamp === undefined || (news.epoch - stamp.epoch || news.version - stamp.version) > 0
  const take = (news: News): void => {
    if (news.members !== undefined && isNewer(news)) {
      const { clusterId, epoch, version } = news
      stamp = { clusterId, epoch, version }
      members = new Map(news.members.map((member) => [member.id, member]))
      for (const listener of memberListeners) listener(news.members)
    }
    partitionCount = news.partitionCount
    for (const [partition, row] of news.rows) adopt(partition, row)
  }
  return {
    get partitionCount() {
      return partitionCount
    },
    get clusterId() {
      return stamp?.clusterId
    },
    members: () => [...members.values()],
    addressOf: (id) => members.get(id)?.address,
    row: (partition) => rows[partition],
    adopt,
    onRow: (listener) => {
      rowListeners.add(listener)
      return () => rowListeners.delete(listener)
    },
    onMembers: (listener) => {
      memberListeners.add(listener)
      return () => memberListeners.delete(listener)
    },
    learn: (news) => {
      if (partitionCount !== 0 && news.partitionCount !== partitionCount) return 'other count'
      if (news.clusterId !== stamp?.clusterId) {
        if (!news.isAll) return 'other cluster'
        stamp = undefined
        rows.length = 0
      }
      take(news)
      return 'taken'
    },
  }
}
