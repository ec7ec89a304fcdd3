import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import {
  createInvoker,
  createPendings,
  createPrimary,
  type GridInvoker,
  type Invocation,
  type Invoker,
  type Primary,
  serveCalls,
} from './operations/index.ts'
import {
  type Caller,
  createRegistry,
  createReplicator,
  type Registry,
  type Replicator,
} from './replication/index.ts'
import type { Structure } from './structures/structure.ts'
import { type BackupSettings, DEFAULT_BACKUPS, type GridSettings } from './settings.ts'
import { createPartitionTable, type PartitionTable } from './table/index.ts'

/** What this member holds and does, for the page of its state. */
export interface GridStatistics {
  /** Operations that ran here. */
  readonly calls: number
  /** Calls that wait, such as for an element. */
  readonly parked: number
  /** What backups have not acknowledged. */
  readonly unacknowledgedBytes: number
  /** Fragments copied to other members. */
  readonly copied: number
  /** Backups that had silently become different. */
  readonly repaired: number
}

/** How much of a structure this member holds. */
export interface StructureSizes {
  readonly service: string
  readonly name: string
  readonly ownedEntries: number
  readonly ownedBytes: number
  readonly backupEntries: number
  readonly backupBytes: number
}

/** The grid as one member takes part in it. */
export interface Grid {
  readonly invoker: GridInvoker
  readonly table: PartitionTable
  /** Nothing moves, and every copy that this member answers for is there. */
  isClusterSafe(): boolean
  statistics(): GridStatistics
  sizes(): StructureSizes[]
  /** Every fragment that is held here, with its state as numbers: for checks. */
  readonly registry: Registry
  /** Hands over all data; then the member can leave without anybody noticing. */
  leave(): Promise<void>
  close(): void
}

export interface GridParts {
  readonly host: Host
  readonly member: Member
  readonly table: PartitionTable
  readonly structures: readonly Structure[]
}

const callsHere = (
  member: Member,
  registry: Registry,
  primary: () => Primary,
  invoker: () => Invoker,
) => {
  const caller: Caller = {
    identity: member.messenger.identity,
    isOpen: true,
    answer: (id, head, body) => invoker().onLocalAnswer(id, head, body),
  }
  const run = (memberId: string, id: number, invocation: Invocation): boolean => {
    if (memberId !== member.self.id) return false
    const named = registry.find(invocation.serviceId, invocation.name)
    const partition = registry.partitions[invocation.partition]
    if (named === undefined || partition === undefined) {
      throw new Error(`There is no service ${invocation.serviceId} or no such partition`)
    }
    const { operation, arguments: given } = invocation
    primary().run({ caller, id, named, partition, operation, arguments: given })
    return true
  }
  return { run, cancel: (id: number) => primary().parking.cancel(caller, id) }
}

const sizesOf = (registry: Registry): StructureSizes[] => {
  const found: StructureSizes[] = []
  for (const { structure, name, held } of registry.all()) {
    const sizes = { ownedEntries: 0, ownedBytes: 0, backupEntries: 0, backupBytes: 0 }
    for (const one of held) {
      if (one === undefined) continue
      const { entries, bytes } = one.fragment.sizes()
      if (one.partition.isPrimary) {
        sizes.ownedEntries += entries
        sizes.ownedBytes += bytes
      } else {
        sizes.backupEntries += entries
        sizes.backupBytes += bytes
      }
    }
    found.push({ service: structure.name, name, ...sizes })
  }
  return found
}

/** Puts the grid of a member together around a table that is there already. */
export const createGrid = ({ host, member, table, structures }: GridParts): Grid => {
  const { messenger } = member
  let replicator: Replicator | undefined
  let invoker: Invoker | undefined
  const safeUntilMs = (): number => member.safeUntilMs()
  const publish = (): void => {}
  const registry = createRegistry({
    host,
    partitionCount: table.partitionCount,
    structures,
    onWake: (named, partition, key) => primary.wake(named, partition, key),
    onNamed: () => {},
    onDrop: (held) => primary.dropped(held),
  })
  const pendings = createPendings({
    clock: host.clock,
    safeUntilMs,
    publish,
    onIdle: (partition) => replicator?.onIdle(partition),
  })
  const primary = createPrimary({
    host,
    registry,
    replicator: () => replicator!,
    safeUntilMs,
    publish,
  })
  const here = callsHere(
    member,
    registry,
    () => primary,
    () => invoker!,
  )
  invoker = createInvoker({
    clock: host.clock,
    messenger,
    partitionCount: table.partitionCount,
    callerId: messenger.identity.id,
    row: (partition) => table.row(partition),
    adopt: (partition, row) => table.adopt(partition, row),
    addressOf: (id) => member.members().find((other) => other.id === id)?.address,
    runHere: here.run,
    cancelHere: here.cancel,
  })
  replicator = createReplicator({
    host,
    member,
    table,
    registry,
    pendings,
    events: {
      onPromoted: () => {},
      onStopped: (partition) => primary.evict(partition),
      onRow: (partition) => invoker.onRow(partition.id),
    },
  })
  serveCalls(messenger, registry, primary)
  let memberIds = new Set(member.members().map(({ id }) => id))
  const stopView = member.onChange((view) => {
    const gone = memberIds
    memberIds = new Set(view.members.map(({ id }) => id))
    for (const id of gone) if (!memberIds.has(id)) invoker.memberGone(id)
  })
  const stopPeers = messenger.onCallPeerLost((peer) => primary.parking.forget(peer))
  return {
    invoker: { ...callsOf(invoker), subscribe: () => Promise.reject(new Error('none')) },
    table,
    registry,
    isClusterSafe: () => table.isSafe(),
    statistics: () => ({ ...primary.statistics(), ...replicator.statistics() }),
    sizes: () => sizesOf(registry),
    leave: () => table.leave(),
    close: () => {
      stopView()
      stopPeers()
      invoker.close()
      replicator.close()
      primary.close()
      pendings.close()
      registry.dropAll()
      table.close()
    },
  }
}

/** The most copies beside the primary that any structure is configured with. */
const copiesOf = (settings: GridSettings): number => {
  const { maps, queues, lists, sets, ringbuffers, atomics } = settings
  const configured = [maps, queues, lists, sets, ringbuffers, atomics].flatMap(
    (byName): Partial<BackupSettings>[] => Object.values(byName),
  )
  const copies = configured.map(
    ({ backupCount, asyncBackupCount }) =>
      (backupCount ?? DEFAULT_BACKUPS.backupCount) +
      (asyncBackupCount ?? DEFAULT_BACKUPS.asyncBackupCount),
  )
  return Math.max(DEFAULT_BACKUPS.backupCount, ...copies)
}

/** Starts the part of a member in the grid; until the first table has come calls wait. */
export const startGrid = (
  host: Host,
  member: Member,
  settings: GridSettings,
  structures: readonly Structure[],
): Grid => {
  const table = createPartitionTable(host, member, {
    partitionCount: settings.partitionCount,
    copies: copiesOf(settings),
    grouping: { type: 'PER_MEMBER' },
  })
  return createGrid({ host, member, table, structures })
}

const callsOf = (invoker: Invoker): Omit<GridInvoker, 'subscribe'> => ({
  partitionCount: invoker.partitionCount,
  callerId: invoker.callerId,
  invoke: (invocation) => invoker.invoke(invocation),
  invokeOnPartitions: (partitions, invocation) =>
    invoker.invokeOnPartitions(partitions, invocation),
  invokeAll: (invocations) => invoker.invokeAll(invocations),
})
