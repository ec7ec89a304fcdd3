import type { Address } from '../../../runtime/host/index.ts'
import type { ByteSink, ByteSource } from '../bytes/index.ts'
import { decodeRows, encodeRows, type PartitionRow } from '../table/index.ts'

/**
 * The request of a client to be told of the cluster. Before the answer, which is empty, come news of
 * all there is: so no change can overtake them. With a body it only asks something.
 */
export const WELCOME_KIND = 8
/** What a client asks in the body. */
export const QUESTIONS = {
  /** Whether the member is there: the answer is empty. */
  ping: 1,
  /** Whether the cluster is safe: the answer is 1 or 0. */
  isSafe: 2,
  /** What the member holds: the answer is what `encodeStatistics` writes. */
  statistics: 3,
} as const
/** The message of a member to a client: all there is, or what has changed since. */
export const NEWS_KIND = 9

/** A member as clients know it. */
export interface ClusterMember {
  readonly id: string
  readonly address: Address
  /** Workers hold no data. */
  readonly isLite: boolean
}

/** What a client learns of the cluster from one of its members. */
export interface News {
  /** All there is; otherwise what has changed. */
  readonly isAll: boolean
  readonly clusterId: string
  /** Of the list of members; ordered by epoch, then by version. */
  readonly epoch: number
  readonly version: number
  readonly partitionCount: number
  /** Undefined where the list has not changed. */
  readonly members: readonly ClusterMember[] | undefined
  /** Rows that have changed, by partition; undefined for the others. */
  readonly rows: readonly (PartitionRow | undefined)[]
  /** Partitions that have lost what they held. */
  readonly lost: readonly number[]
}

const writeMembers = (sink: ByteSink, members: readonly ClusterMember[]): void => {
  sink.u16(members.length)
  for (const { id, address, isLite } of members) {
    sink.text(id)
    sink.text(address.host)
    sink.u16(address.port)
    sink.flag(isLite)
  }
}

const readMembers = (source: ByteSource): ClusterMember[] => {
  const members: ClusterMember[] = []
  for (let left = source.u16(); left > 0; left -= 1) {
    const id = source.text()
    const address = { host: source.text(), port: source.u16() }
    members.push({ id, address, isLite: source.flag() })
  }
  return members
}

export const writeNews = (sink: ByteSink, news: News): void => {
  sink.flag(news.isAll)
  sink.text(news.clusterId)
  sink.f64(news.epoch)
  sink.f64(news.version)
  sink.u32(news.partitionCount)
  sink.flag(news.members !== undefined)
  if (news.members !== undefined) writeMembers(sink, news.members)
  sink.u32(news.lost.length)
  for (const partition of news.lost) sink.u32(partition)
  sink.raw(encodeRows(news.rows))
}

/** Throws WireFault at what no member writes. */
export const readNews = (source: ByteSource): News => {
  const isAll = source.flag()
  const stamp = { clusterId: source.text(), epoch: source.f64(), version: source.f64() }
  const partitionCount = source.u32()
  const members = source.flag() ? readMembers(source) : undefined
  const lost: number[] = []
  for (let left = source.u32(); left > 0; left -= 1) lost.push(source.u32())
  const rows: (PartitionRow | undefined)[] = []
  for (const [partition, row] of decodeRows(source.rest(), partitionCount)) rows[partition] = row
  return { isAll, ...stamp, partitionCount, members, rows, lost }
}
