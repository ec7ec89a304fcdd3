import type { Address } from '../../../runtime/host/index.ts'
import { subscribe } from '../../wire/index.ts'
import { createTableCopy, type PartitionRow, type TableCopy } from '../table/index.ts'
import type { ClusterMember, News } from './news.ts'

/** The cluster as a client knows it: who is in it, and where each partition is. */
export interface KnownCluster {
  readonly clusterId: string | undefined
  /** Empty until a member has told. */
  table(): TableCopy
  members(): readonly ClusterMember[]
  addressOf(memberId: string): Address | undefined
  onMembers(listener: (members: readonly ClusterMember[]) => void): () => void
  onPartitionLost(listener: (partition: number, row: PartitionRow | undefined) => void): () => void
  /**
   * Takes what is newer; news of all there is also where they speak of another cluster, which takes
   * the place of the one that was known. `other cluster`: that, but not all there is; `other count`:
   * a cluster with another number of partitions, which this client cannot be one of.
   */
  learn(news: News): 'taken' | 'other cluster' | 'other count'
}

export const createKnownCluster = (): KnownCluster => {
  let stamp: Pick<News, 'clusterId' | 'epoch' | 'version'> | undefined
  let members = new Map<string, ClusterMember>()
  let table = createTableCopy(0)
  const memberListeners = new Set<(members: readonly ClusterMember[]) => void>()
  const lostListeners = new Set<(partition: number, row: PartitionRow | undefined) => void>()

  const isNewer = (news: News): boolean =>
    stamp === undefined || (news.epoch - stamp.epoch || news.version - stamp.version) > 0
  const take = (news: News): void => {
    if (news.members !== undefined && isNewer(news)) {
      const { clusterId, epoch, version } = news
      stamp = { clusterId, epoch, version }
      members = new Map(news.members.map((member) => [member.id, member]))
      for (const listener of memberListeners) listener(news.members)
    }
    for (const [partition, row] of news.rows.entries()) {
      if (row !== undefined) table.adopt(partition, row)
    }
    for (const partition of news.lost) {
      for (const listener of lostListeners) listener(partition, table.row(partition))
    }
  }
  return {
    get clusterId() {
      return stamp?.clusterId
    },
    table: () => table,
    members: () => [...members.values()],
    addressOf: (id) => members.get(id)?.address,
    onMembers: (listener) => subscribe(memberListeners, listener),
    onPartitionLost: (listener) => subscribe(lostListeners, listener),
    learn: (news) => {
      const { partitionCount } = table
      if (partitionCount !== 0 && news.partitionCount !== partitionCount) return 'other count'
      if (news.clusterId !== stamp?.clusterId) {
        if (!news.isAll) return 'other cluster'
        stamp = undefined
        if (partitionCount === 0) table = createTableCopy(news.partitionCount)
        else table.clear()
      }
      take(news)
      return 'taken'
    },
  }
}
