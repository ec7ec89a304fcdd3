import type { Host } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { bytesOf, type Piece } from '../../wire/index.ts'
import { ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { PartitionTable } from '../table/index.ts'
import { holdersOf, type PartitionRow, primaryOf } from '../table/index.ts'
import { type Channel, type Channels, createChannels } from './channels.ts'
import { type CheckStatistics, createChecks } from './checks.ts'
import { ENTRIES, readAcknowledgement, writeHead } from './entries.ts'
import { createIncoming } from './incoming.ts'
import { UNACKNOWLEDGED_BYTES_MAX } from './outgoing.ts'
import {
  type Held,
  isHolder,
  type Keepers,
  type Partition,
  type Pending,
  type Pendings,
  placeOf,
  type Registry,
} from './state.ts'

/** Keeps the copies of fragments alike, and knows for which partitions this member answers. */
export interface Replicator {
  /** Whether the backups of a fragment have room for a change. */
  hasRoom(held: Held): boolean
  /** Whether nobody else has to hold what changes in a fragment, nor any disk. */
  isAlone(held: Held): boolean
  /** Counts a change of such a fragment. */
  count(held: Held): void
  /** Sends a change to all holders; `pending.remaining` counts those that must acknowledge. */
  replicate(held: Held, effects: Piece, pending: Pending): void
  /** Tells the holders to forget an empty fragment, and forgets it. */
  forget(held: Held): void
  /** Something that kept a partition from being handed over has ended. */
  onIdle(partition: Partition): void
  statistics(): CheckStatistics & { readonly unacknowledgedBytes: number }
  close(): void
}

export interface ReplicatorEvents {
  /** This member serves the partition from now on. */
  onPromoted(partition: Partition): void
  /** It serves it no more, or not for now. */
  onStopped(partition: Partition): void
  /** The row is another one, whoever the primary is. */
  onRow(partition: Partition, row: PartitionRow): void
}

export interface ReplicatorOptions {
  readonly host: Host
  readonly member: Member
  readonly table: PartitionTable
  readonly registry: Registry
  readonly pendings: Pendings
  readonly keepers: Keepers
  readonly events: ReplicatorEvents
}

class GridReplicator implements Replicator {
  readonly #options: ReplicatorOptions
  readonly #channels: Channels
  readonly #checks
  readonly #incoming
  readonly #stops: (() => void)[] = []
  #memberIds: ReadonlySet<string>

  constructor(options: ReplicatorOptions) {
    this.#options = options
    const { host, member, table, registry, keepers } = options
    const { messenger } = member
    const isMember = (id: string): boolean => this.#memberIds.has(id)
    this.#memberIds = new Set(member.members().map(({ id }) => id))
    this.#channels = createChannels({
      clock: host.clock,
      partitionCount: registry.partitions.length,
      member,
      onAcknowledged: (pending) => options.pendings.lessen(pending),
      onCopied: (targetId, partitionId) => {
        if (registry.partitions[partitionId]!.isPrimary) this.#checks.copied(targetId, partitionId)
      },
    })
    this.#checks = createChecks({
      clock: host.clock,
      registry,
      channelTo: (id) => this.#channels.to(id),
      onInSync: (partition) => table.reportInSync(partition.id, partition.row!.version),
    })
    this.#incoming = createIncoming({ member, messenger, table, registry, keepers, isMember })
    const source = new ByteSource(new Uint8Array(0))
    messenger.onMessage(GRID_KINDS.acknowledge, (_, body) => {
      source.reset(body)
      this.#acknowledged(source)
    })
    this.#stops.push(
      table.onRow((id, row) => this.#onRow(registry.partitions[id]!, row)),
      table.onHandover((id, version) => this.#freeze(registry.partitions[id]!, version)),
      member.onEvent((event) => {
        if (event.kind === 'changed') this.#onView(event.view.members.map(({ id }) => id))
        if (event.kind === 'reset') this.#reset()
      }),
    )
    for (const partition of registry.partitions) {
      const row = table.row(partition.id)
      if (row !== undefined) this.#onRow(partition, row)
    }
  }

  hasRoom(held: Held): boolean {
    if (held.named.keeper?.hasRoom === false) return false
    if (this.#channels.size === 0) return true
    const { sync, async } = this.#channels.routeOf(held)
    for (const { outgoing } of sync) {
      if (outgoing.unacknowledgedBytes > UNACKNOWLEDGED_BYTES_MAX) return false
    }
    for (const { outgoing } of async) {
      if (outgoing.unacknowledgedBytes > UNACKNOWLEDGED_BYTES_MAX) return false
    }
    return true
  }

  isAlone(held: Held): boolean {
    if (held.named.keeper !== undefined) return false
    if (this.#channels.size === 0) return true
    const { sync, async } = this.#channels.routeOf(held)
    return sync.length + async.length === 0
  }

  count(held: Held): void {
    const { partition } = held
    partition.sequence += 1
    held.sequence = partition.sequence
  }

  replicate(held: Held, effects: Piece, pending: Pending): void {
    const { partition } = held
    const before = held.sequence
    this.count(held)
    partition.pendingCount += 1
    const { sync, async } = this.#channels.routeOf(held)
    pending.remaining += sync.length
    for (const { outgoing } of sync) this.#write(outgoing, held, before, effects, pending)
    for (const { outgoing } of async) this.#write(outgoing, held, before, effects, undefined)
    held.named.keeper?.changed(held, bytesOf(effects), pending)
    if (pending.remaining === 0) this.#options.pendings.complete(pending)
    else held.lastPending = pending
  }

  forget(held: Held): void {
    const { partition, named } = held
    const { sync, async } = this.#channels.routeOf(held)
    for (const { outgoing } of [...sync, ...async]) {
      writeHead(outgoing.sink, ENTRIES.drop, partition.id, partition.row!.version)
      outgoing.sink.raw(named.idBytes)
      outgoing.wrote(undefined, 0)
    }
    this.#options.registry.drop(held)
  }

  onIdle(partition: Partition): void {
    const { frozenVersion } = partition
    if (frozenVersion === undefined || partition.isFrozenTold || partition.pendingCount > 0) return
    partition.isFrozenTold = true
    this.#options.table.reportFrozen(partition.id, frozenVersion)
  }

  statistics(): CheckStatistics & { readonly unacknowledgedBytes: number } {
    let unacknowledgedBytes = 0
    for (const { outgoing } of this.#channels.all()) {
      unacknowledgedBytes += outgoing.unacknowledgedBytes
    }
    return { ...this.#checks.statistics(), unacknowledgedBytes }
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#checks.close()
    // Nothing is acknowledged any more: what came now would be nowhere else.
    for (const partition of this.#options.registry.partitions) this.#demote(partition)
    this.#channels.clear()
  }

  #write(
    outgoing: Channel['outgoing'],
    held: Held,
    before: number,
    effects: Piece,
    pending: Pending | undefined,
  ): void {
    const { sink } = outgoing
    const { partition, named } = held
    writeHead(sink, ENTRIES.effects, partition.id, partition.row!.version)
    sink.raw(named.idBytes)
    sink.f64(partition.term)
    sink.f64(before)
    sink.f64(held.sequence)
    sink.u32(effects.end - effects.start)
    sink.range(effects.memory, effects.start, effects.end)
    outgoing.wrote(pending, 0)
  }

  #acknowledged(source: ByteSource): void {
    const { member, table } = this.#options
    const told = readAcknowledgement(source)
    const channel = this.#channels.find(told.fromId)
    if (told.targetId !== member.self.id || channel === undefined) return
    // First what makes us stale: then nothing counts that was refused.
    for (const { partition, row } of told.refusals) table.adopt(partition, row)
    channel.outgoing.acknowledged(told.number)
    for (const compared of told.compared) this.#checks.compared(told.fromId, compared)
  }

  #onView(memberIds: readonly string[]): void {
    this.#memberIds = new Set(memberIds)
    this.#channels.changeMembers()
    this.#incoming.prune((id) => this.#memberIds.has(id))
  }

  #reset(): void {
    const { registry } = this.#options
    for (const partition of registry.partitions) {
      this.#demote(partition)
      partition.row = undefined
      partition.place = Infinity
    }
    registry.dropAll()
    this.#channels.clear()
    this.#incoming.reset()
  }

  #onRow(partition: Partition, row: PartitionRow): void {
    const { member, events, registry, keepers } = this.#options
    const previous = partition.row
    const wasPrimary = partition.isPrimary
    partition.row = row
    partition.place = placeOf(row, member.self.id)
    const isPrimary = primaryOf(row) === member.self.id
    if (wasPrimary && !isPrimary) this.#demote(partition)
    partition.frozenVersion = undefined
    partition.isFrozenTold = false
    if (previous === undefined) this.#restore(partition)
    for (const held of partition.held.values()) if (!isHolder(held)) registry.drop(held)
    if (isPrimary && !wasPrimary) this.#promote(partition, row)
    keepers.rowChanged(partition)
    if (isPrimary) {
      this.#checks.start(partition)
      if (!wasPrimary) this.#countAnew(partition)
      if (wasPrimary && previous !== undefined) this.#releaseDropped(partition, row)
    }
    events.onRow(partition, row)
    if (isPrimary && !wasPrimary) events.onPromoted(partition)
    this.#channels.sweep()
  }

  /**
   * What was kept of an earlier life is where a holder begins. The primary is what it was; a backup
   * is compared with it, and gets what differs anew.
   */
  #restore(partition: Partition): void {
    const { keepers, registry } = this.#options
    for (const kept of keepers.take(partition)) {
      if (partition.place < Infinity) registry.restore(kept, partition)
      else registry.forget(kept, partition)
    }
  }

  #promote(partition: Partition, { version }: PartitionRow): void {
    partition.isPrimary = true
    partition.term = version
    for (const held of partition.held.values()) {
      held.build?.close()
      held.build = undefined
      held.isFilled = false
      held.isWhole = true
      partition.sequence = Math.max(partition.sequence, held.sequence)
    }
  }

  /** The holders have been asked by the numbers of the earlier term; from now on ours count. */
  #countAnew(partition: Partition): void {
    for (const held of partition.held.values()) held.term = partition.term
  }

  #demote(partition: Partition): void {
    const { pendings, events, keepers } = this.#options
    if (!partition.isPrimary) return
    partition.isPrimary = false
    partition.frozenVersion = undefined
    partition.holders.clear()
    const isOfIt = ({ held }: Pending): boolean => held.partition === partition
    for (const { outgoing } of this.#channels.all()) {
      outgoing.release(isOfIt, (pending) => pendings.abandon(pending))
    }
    keepers.release(isOfIt, (pending) => pendings.abandon(pending))
    pendings.abandonHeldBack(isOfIt)
    events.onStopped(partition)
  }

  /** Nothing waits for a member that the row no longer names. */
  #releaseDropped(partition: Partition, row: PartitionRow): void {
    if (partition.pendingCount === 0) return
    const { pendings } = this.#options
    for (const { outgoing } of this.#channels.all()) {
      outgoing.release(
        ({ held }) =>
          held.partition === partition &&
          !holdersOf(row, held.fragment.backupCount).includes(outgoing.targetId),
        (pending) => pendings.lessen(pending),
      )
    }
  }

  #freeze(partition: Partition, version: number): void {
    if (!partition.isPrimary || partition.row?.version !== version) return
    if (partition.frozenVersion === version) return
    partition.frozenVersion = version
    partition.isFrozenTold = false
    this.#options.events.onStopped(partition)
    this.onIdle(partition)
  }
}

export const createReplicator = (options: ReplicatorOptions): Replicator =>
  new GridReplicator(options)
