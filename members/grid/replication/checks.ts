import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { holdersOf } from '../table/index.ts'
import type { Copier } from './copier.ts'
import { type Compared, ENTRIES, type Listed, writeCheck, writeHead } from './entries.ts'
import type { Outgoing } from './outgoing.ts'
import { copiesOf, type Partition, type Registry } from './state.ts'

/** The way to one other member. */
export interface Channel {
  readonly outgoing: Outgoing
  readonly copier: Copier
}

/** Finds out whether all holders of this member's partitions have what they should. */
export interface Checks {
  /** This member is the primary by a new row: all holders are asked. */
  start(partition: Partition): void
  /** A holder has answered. */
  compared(memberId: string, compared: Compared): void
  /** All fragments of a partition that a holder lacked are on their way to it. */
  copied(memberId: string, partitionId: number): void
  statistics(): CheckStatistics
  close(): void
}

export interface CheckStatistics {
  /** Backups that were found to differ although nothing had told of it. */
  readonly repaired: number
  /** Fragments that were copied. */
  readonly copied: number
}

export interface ChecksOptions {
  readonly clock: Clock
  readonly registry: Registry
  readonly channelTo: (memberId: string) => Channel | undefined
  readonly onInSync: (partition: Partition) => void
}

/** Every fragment is compared with its backups, digest and all, once in so long. */
const ROUND_MS = 30_000
const TURN_MS = 1000
/** An answer that has not come by then is lost, or the holder has much to do. */
const ANSWER_MS = 3000

export const createChecks = (options: ChecksOptions): Checks => {
  const { clock, registry, channelTo, onInSync } = options
  const { partitions } = registry
  let timer: Timer | undefined
  let nextPartition = 0
  let repaired = 0
  let copied = 0
  let isClosed = false

  const listFor = (partition: Partition, memberId: string, withDigest: boolean): Listed[] => {
    const listed: Listed[] = []
    for (const held of partition.held.values()) {
      if (held.sequence === 0 && held.fragment.isEmpty()) continue
      if (!holdersOf(partition.row!, copiesOf(held)).includes(memberId)) continue
      const { named, term, sequence, fragment } = held
      const digest = withDigest ? fragment.digest() : undefined
      const { serviceId } = named.structure
      listed.push({ serviceId, name: named.name, term, sequence, digest })
    }
    return listed
  }
  const ask = (partition: Partition, memberId: string, withDigest: boolean): void => {
    const channel = channelTo(memberId)
    const holder = partition.holders.get(memberId)
    if (channel === undefined || holder === undefined) return
    holder.askedAtMs = clock.monotonic()
    const { sink } = channel.outgoing
    writeHead(sink, ENTRIES.check, partition.id, partition.row!.version)
    const listed = listFor(partition, memberId, withDigest)
    writeCheck(sink, { row: partition.row!, term: partition.term, listed })
    channel.outgoing.wrote(undefined, 0)
  }
  const settle = (partition: Partition): void => {
    if (partition.isInSync) return
    for (const { isEqual } of partition.holders.values()) if (!isEqual) return
    partition.isInSync = true
    onInSync(partition)
  }
  /** Asks again those whose answer is late. */
  const chase = (partition: Partition, nowMs: number): void => {
    for (const [memberId, holder] of partition.holders) {
      if (holder.isEqual || nowMs - holder.askedAtMs < ANSWER_MS) continue
      if (channelTo(memberId)?.copier.isBusy(partition.id) === true) continue
      ask(partition, memberId, false)
    }
  }
  const compareNext = (): void => {
    const count = Math.ceil((partitions.length * TURN_MS) / ROUND_MS)
    for (let left = count; left > 0; left -= 1) {
      const partition = partitions[nextPartition]!
      nextPartition = (nextPartition + 1) % partitions.length
      if (!partition.isPrimary || !partition.isInSync || partition.held.size === 0) continue
      for (const memberId of partition.holders.keys()) ask(partition, memberId, true)
    }
  }
  const turn = (): void => {
    timer = undefined
    const nowMs = clock.monotonic()
    let hasHolders = false
    for (const partition of partitions) {
      if (!partition.isPrimary || partition.holders.size === 0) continue
      hasHolders = true
      if (!partition.isInSync) chase(partition, nowMs)
    }
    compareNext()
    if (hasHolders) watch()
  }
  const watch = (): void => {
    if (!isClosed) timer ??= clock.timer(TURN_MS, turn)
  }
  return {
    start: (partition) => {
      const row = partition.row!
      partition.isInSync = false
      partition.holders.clear()
      for (const memberId of holdersOf(row, Infinity)) {
        if (memberId === row.replicas[0]) continue
        partition.holders.set(memberId, { isEqual: false, askedAtMs: 0 })
        ask(partition, memberId, false)
      }
      if (partition.holders.size > 0) watch()
      settle(partition)
    },
    compared: (memberId, { partition: id, version, needs }) => {
      const partition = partitions[id]
      const holder = partition?.holders.get(memberId)
      if (partition === undefined || holder === undefined) return
      if (!partition.isPrimary || partition.row?.version !== version) return
      if (needs.length === 0) {
        holder.isEqual = true
        settle(partition)
        return
      }
      const channel = channelTo(memberId)
      if (holder.isEqual) repaired += needs.length
      for (const { serviceId, name } of needs) {
        const held = registry.find(serviceId, name)?.held[id]
        if (held === undefined || channel === undefined) continue
        copied += 1
        channel.copier.add(held)
      }
      holder.askedAtMs = clock.monotonic()
      channel?.copier.pump()
    },
    copied: (memberId, partitionId) => ask(partitions[partitionId]!, memberId, false),
    statistics: () => ({ repaired, copied }),
    close: () => {
      isClosed = true
      timer?.cancel()
      timer = undefined
    },
  }
}
