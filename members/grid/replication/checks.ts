import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { holdersOf, type PartitionRow } from '../table/index.ts'
import type { Channel } from './channels.ts'
import { type Compared, ENTRIES, type Listed, type Need, writeCheck, writeHead } from './entries.ts'
import { copiesOf, type Partition, type Registry } from './state.ts'

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
  readonly channelTo: (memberId: string) => Channel
  readonly onInSync: (partition: Partition) => void
}

/** Every fragment is compared with its backups, digest and all, once in so long. */
const ROUND_MS = 30_000
const TURN_MS = 1000
/** An answer that has not come by then is lost, or the holder has much to do. */
const ANSWER_MS = 3000

class HolderChecks implements Checks {
  readonly #options: ChecksOptions
  #timer: Timer | undefined
  #nextPartition = 0
  #repaired = 0
  #copied = 0
  #isClosed = false

  constructor(options: ChecksOptions) {
    this.#options = options
  }

  start(partition: Partition): void {
    const row = partition.row!
    partition.isInSync = false
    partition.holders.clear()
    for (const memberId of holdersOf(row, Infinity)) {
      if (memberId === row.replicas[0]) continue
      partition.holders.set(memberId, { isEqual: false, askedAtMs: 0 })
      this.#ask(partition, memberId, false)
    }
    if (partition.holders.size > 0) this.#watch()
    this.#settle(partition)
  }

  compared(memberId: string, { partition: id, version, needs }: Compared): void {
    const partition = this.#options.registry.partitions[id]
    const holder = partition?.holders.get(memberId)
    if (partition === undefined || holder === undefined) return
    if (!partition.isPrimary || partition.row?.version !== version) return
    if (needs.length === 0) {
      holder.isEqual = true
      this.#settle(partition)
      return
    }
    if (holder.isEqual) this.#repaired += needs.length
    holder.askedAtMs = this.#options.clock.monotonic()
    this.#copy(memberId, id, needs)
  }

  copied(memberId: string, partitionId: number): void {
    this.#ask(this.#options.registry.partitions[partitionId]!, memberId, false)
  }

  statistics(): CheckStatistics {
    return { repaired: this.#repaired, copied: this.#copied }
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #copy(memberId: string, partitionId: number, needs: readonly Need[]): void {
    const { registry, channelTo } = this.#options
    const { copier } = channelTo(memberId)
    for (const { serviceId, name } of needs) {
      const held = registry.find(serviceId, name)?.held[partitionId]
      if (held === undefined) continue
      this.#copied += 1
      copier.add(held)
    }
    copier.pump()
  }

  #ask(partition: Partition, memberId: string, withDigest: boolean): void {
    const { clock, channelTo } = this.#options
    const channel = channelTo(memberId)
    const holder = partition.holders.get(memberId)
    const { row, term } = partition
    if (holder === undefined || row === undefined) return
    holder.askedAtMs = clock.monotonic()
    const { sink } = channel.outgoing
    writeHead(sink, ENTRIES.check, partition.id, row.version)
    writeCheck(sink, { row, term, listed: listFor(partition, row, memberId, withDigest) })
    channel.outgoing.wrote(undefined, 0)
  }

  #settle(partition: Partition): void {
    if (partition.isInSync) return
    for (const { isEqual } of partition.holders.values()) if (!isEqual) return
    partition.isInSync = true
    this.#options.onInSync(partition)
  }

  /** Asks again those whose answer is late. */
  #chase(partition: Partition, nowMs: number): void {
    for (const [memberId, holder] of partition.holders) {
      if (holder.isEqual || nowMs - holder.askedAtMs < ANSWER_MS) continue
      if (this.#options.channelTo(memberId).copier.isBusy(partition.id)) continue
      this.#ask(partition, memberId, false)
    }
  }

  /** Some partitions at a time, so that all have had their turn after a round. */
  #compareNext(): void {
    const { partitions } = this.#options.registry
    const count = Math.ceil((partitions.length * TURN_MS) / ROUND_MS)
    for (let left = count; left > 0; left -= 1) {
      const partition = partitions[this.#nextPartition]!
      this.#nextPartition = (this.#nextPartition + 1) % partitions.length
      if (!partition.isPrimary || !partition.isInSync || partition.held.size === 0) continue
      for (const memberId of partition.holders.keys()) this.#ask(partition, memberId, true)
    }
  }

  #turn(): void {
    this.#timer = undefined
    const nowMs = this.#options.clock.monotonic()
    let hasHolders = false
    for (const partition of this.#options.registry.partitions) {
      if (!partition.isPrimary || partition.holders.size === 0) continue
      hasHolders = true
      if (!partition.isInSync) this.#chase(partition, nowMs)
    }
    this.#compareNext()
    if (hasHolders) this.#watch()
  }

  #watch(): void {
    if (!this.#isClosed) this.#timer ??= this.#options.clock.timer(TURN_MS, () => this.#turn())
  }
}

const listFor = (
  partition: Partition,
  row: PartitionRow,
  memberId: string,
  withDigest: boolean,
): Listed[] => {
  const listed: Listed[] = []
  for (const held of partition.held.values()) {
    // What was only read is nothing yet.
    if (held.sequence === 0 && held.fragment.isEmpty()) continue
    if (!holdersOf(row, copiesOf(held)).includes(memberId)) continue
    const { named, term, sequence, fragment } = held
    const digest = withDigest ? fragment.digest() : undefined
    listed.push({
      serviceId: named.structure.serviceId,
      name: named.name,
      term,
      sequence,
      digest,
    })
  }
  return listed
}

export const createChecks = (options: ChecksOptions): Checks => new HolderChecks(options)
