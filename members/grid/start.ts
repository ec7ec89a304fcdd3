import type { EngineError } from '../../runtime/errors/index.ts'
import { addressKey, type Host } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import { pieceOf } from '../wire/index.ts'
import { canBeMaster, type View } from '../membership/index.ts'
import {
  createPublisher,
  createSubscriber,
  type Publisher,
  type Subscriber,
} from './events/index.ts'
import {
  createInvoker,
  createPendings,
  createPrimary,
  createUpkeep,
  type GridInvoker,
  type Invoker,
  type InvokerOptions,
  type Primary,
  serveCalls,
  type Upkeep,
  type ClientWatch,
  watchClients,
} from './operations/index.ts'
import { createMerger, type MergeEvent, type Merger } from './merging/index.ts'
import {
  type Caller,
  createRegistry,
  createReplicator,
  type Keepers,
  type Partition,
  type Pendings,
  type Registry,
  type Replicator,
} from './replication/index.ts'
import {
  createPersistence,
  type Keeping,
  type LogSizes,
  type NoteLevel,
  type Persistence,
} from './persistence/index.ts'
import type { GridStatistics } from './gridStatistics.ts'
import { addressOf, dataMemberCounter } from './memberList.ts'
import { sizesOf, type StructureSizes } from './structureSizes.ts'
import type { Structure } from './structures/structure.ts'
import {
  type BackupSettings,
  DEFAULT_BACKUPS,
  DEFAULT_GRID,
  type GridSettings,
} from './settings.ts'
import { createPartitionTable, type PartitionTable } from './table/index.ts'

/** The grid as one member takes part in it. */
export interface GridCore {
  readonly invoker: GridInvoker
  readonly table: PartitionTable
  /** Nothing moves, and every copy that this member answers for is there. */
  isClusterSafe(): boolean
  /** Whether this member still has data of a cluster that it has left for this one. */
  isMerging(): boolean
  /** Calls back when data of a cluster that was given up is merged; returns how to stop it. */
  onMerge(listener: (event: MergeEvent) => void): () => void
  statistics(): GridStatistics
  sizes(): StructureSizes[]
  /** Every fragment that is held here, with its state as numbers: for checks. */
  readonly registry: Registry
  /** Whether anything here is kept on the disk. */
  readonly isKeeping: boolean
  /** Why changes of what is kept on the disk are refused; undefined when all is well. */
  diskFailure(): EngineError | undefined
  /** Hands over all data; then the member can leave without anybody noticing. */
  leave(): Promise<void>
  /** Ends at once, but for what is still to be written to the disk. */
  close(): Promise<void>
}

export interface GridParts {
  readonly host: Host
  readonly member: Member
  readonly table: PartitionTable
  readonly structures: readonly Structure[]
  /** Undefined where nothing outlives the process. */
  readonly persistence?: Persistence | undefined
  /** Hazelcast's defaults unless given. */
  readonly settings?: Pick<
    GridSettings,
    'clientCleanupTimeoutMs' | 'invocationTriesMax' | 'protections'
  >
}

const NOTHING_KEPT: Keepers = {
  isBehind: false,
  keeperOf: () => undefined,
  take: () => [],
  rowChanged: () => {},
  compared: () => {},
  afterSync: (callback) => callback(),
  release: () => {},
}

/** Runs the calls of this member on its own partitions, without the wire. */
const callsHere = (
  member: Member,
  registry: Registry,
  primary: Primary,
  invoker: () => Invoker,
): Pick<InvokerOptions, 'runHere' | 'cancelHere'> => {
  const caller: Caller = {
    identity: member.messenger.identity,
    answer: (id, head, body) => invoker().onLocalAnswer(id, head, body),
  }
  return {
    runHere: (memberId, id, invocation) => {
      const named = registry.find(invocation.serviceId, invocation.name)
      const partition = registry.partitions[invocation.partition]
      if (named === undefined || partition === undefined) {
        throw new Error(`There is no service ${invocation.serviceId} or no such partition`)
      }
      const isElsewhere = memberId !== member.self.id
      if (isElsewhere && named.held[partition.id]?.fragment.readBackup === undefined) return false
      const { operation, arguments: given } = invocation
      const request = { caller, id, named, partition, operation, arguments: pieceOf(given) }
      if (isElsewhere) return primary.readBackup(request)
      primary.run(request)
      return true
    },
    cancelHere: (id) => primary.parking.cancel(caller, id),
  }
}

/** The parts of a grid that know each other. */
interface Engine {
  readonly registry: Registry
  readonly primary: Primary
  readonly invoker: Invoker
  readonly replicator: Replicator
  readonly publisher: Publisher
  readonly subscriber: Subscriber
  readonly upkeep: Upkeep
  readonly pendings: Pendings
  readonly merger: Merger
}

const subscriberOf = ({ host, member }: GridParts, publisher: Publisher): Subscriber =>
  createSubscriber({
    clock: host.clock,
    messenger: member.messenger,
    sources: () =>
      member.members().filter((each) => canBeMaster(each) && each.id !== member.self.id),
    listenHere: (...given) => publisher.listenHere(...given),
  })

/** Calls of this process, to this member and to others. */
const invokerOf = (parts: GridParts, registry: Registry, primary: Primary): Invoker => {
  const { host, member, table, settings = DEFAULT_GRID } = parts
  const { messenger } = member
  const invoker: Invoker = createInvoker({
    clock: host.clock,
    messenger,
    triesMax: settings.invocationTriesMax,
    partitionCount: table.partitionCount,
    callerId: messenger.identity.id,
    row: (partition) => table.row(partition),
    adopt: (partition, row) => table.adopt(partition, row),
    addressOf: (id) => addressOf(member, id),
    ...callsHere(member, registry, primary, () => invoker),
  })
  return invoker
}

const createEngine = (parts: GridParts, onHolder: (caller: string) => void): Engine => {
  const { host, member, table, structures, persistence, settings = DEFAULT_GRID } = parts
  const keepers = persistence ?? NOTHING_KEPT
  const [{ messenger }, { clock }, { partitionCount }] = [member, host, table]
  const safeUntilMs = (): number => member.safeUntilMs()
  const registry = createRegistry({
    host,
    partitionCount,
    structures,
    onWake: (...given) => primary.wake(...given),
    onDrop: (held) => primary.dropped(held),
    onCopies: (copies) => table.needCopies(copies),
    keeperOf: (structure, name) => keepers.keeperOf(structure, name),
    protections: settings.protections,
  })
  const publisher = createPublisher(registry, messenger)
  const publish: Publisher['publish'] = (held, events) => publisher.publish(held, events)
  const onIdle = (partition: Partition): void => replicator.onIdle(partition)
  const pendings = createPendings({ clock, safeUntilMs, publish, onIdle })
  const primary: Primary = createPrimary({
    host,
    registry,
    pendings,
    replicator: () => replicator,
    safeUntilMs,
    dataMemberCount: dataMemberCounter(member),
    publish,
  })
  const invoker: Invoker = invokerOf(parts, registry, primary)
  const upkeep: Upkeep = createUpkeep({
    clock,
    registry,
    primary,
    replicator: () => replicator,
    onHolder,
  })
  // Before the replicator, which drops what this member does not set aside.
  const merger = createMerger({ clock, member, registry, invoker: () => invoker })
  const subscriber = subscriberOf(parts, publisher)
  const replicator: Replicator = createReplicator({
    host,
    member,
    table,
    registry,
    pendings,
    keepers,
    events: {
      onPromoted: (partition) => upkeep.promoted(partition),
      onStopped: (partition) => primary.evict(partition),
      onRow: (partition) => invoker.onRow(partition.id),
    },
  })
  persistence?.begin(registry, pendings)
  void persistence?.ready.then(() => merger.resume(persistence.takeAsides()))
  return {
    registry,
    primary,
    invoker,
    merger,
    replicator,
    publisher,
    subscriber,
    upkeep,
    pendings,
  }
}

interface Following extends Pick<ClientWatch, 'noteHolder'> {
  stop(): void
}

/** Tells the parts of a grid who comes and goes. */
const followMembers = (parts: GridParts, engine: Engine): Following => {
  const { host, member, table, persistence, settings = DEFAULT_GRID } = parts
  const { primary, invoker, publisher, subscriber, upkeep } = engine
  const { messenger } = member
  const gone = (callerId: string): void => {
    publisher.forget(callerId)
    upkeep.callerGone(callerId)
  }
  const clients = watchClients(host.clock, member, settings.clientCleanupTimeoutMs, gone)
  let members = member.members()
  const onView = (view: View): void => {
    const before = members
    members = view.members
    const present = new Set(members.map(({ id }) => id))
    const processes = new Set(members.map(({ processId }) => processId))
    for (const { id, processId } of before) {
      if (!present.has(id)) invoker.memberGone(id)
      if (!processes.has(processId)) gone(processId)
    }
    subscriber.refresh()
  }
  /** Who has no part of the table yet has nothing to say about who holds the data. */
  const noteMembers = (): void => {
    if (table.row(0) === undefined) return
    const holders = member.members().filter(canBeMaster)
    persistence?.noteMembers(holders.map(({ address }) => addressKey(address)))
  }
  const stops = [
    member.onChange(onView),
    member.onChange(noteMembers),
    table.onRow(noteMembers),
    messenger.onCallPeerLost((peer) => primary.parking.forget(peer)),
    () => clients.close(),
  ]
  return {
    noteHolder: (caller) => clients.noteHolder(caller),
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}

/** Puts the grid of a member together around a table that is there already. */
export const createGrid = (parts: GridParts): GridCore => {
  const { member, table, persistence } = parts
  const engine = createEngine(parts, (caller) => following.noteHolder(caller))
  const { registry, primary, invoker, replicator, publisher, subscriber } = engine
  const following = followMembers(parts, engine)
  serveCalls(member.messenger, registry, primary)
  return {
    invoker: {
      partitionCount: invoker.partitionCount,
      callerId: invoker.callerId,
      invoke: (invocation) => invoker.invoke(invocation),
      invokeOnPartitions: (partitions, invocation) =>
        invoker.invokeOnPartitions(partitions, invocation),
      invokeAll: (invocations) => invoker.invokeAll(invocations),
      subscribe: (...given) => subscriber.subscribe(...given),
    },
    table,
    registry,
    isClusterSafe: () => table.isSafe(),
    isMerging: () => engine.merger.isMerging(),
    onMerge: (listener) => engine.merger.onMerge(listener),
    statistics: () => ({
      ...primary.statistics(),
      underWay: invoker.underWay(),
      structures: [...registry.all()].length,
      ...replicator.statistics(),
      droppedEvents: publisher.dropped,
      missedEvents: subscriber.missed,
    }),
    sizes: () => sizesOf(registry),
    isKeeping: persistence !== undefined,
    diskFailure: () => persistence?.failure(),
    leave: () => table.leave(),
    close: async () => {
      following.stop()
      const closed = persistence?.close()
      engine.merger.close()
      invoker.close()
      subscriber.close()
      engine.upkeep.close()
      replicator.close()
      primary.close()
      engine.pendings.close()
      registry.dropAll()
      table.close()
      await closed
    },
  }
}

const MS_OF_SECOND = 1000

/** The most copies beside the primary that any structure is configured with. */
const copiesOf = (settings: GridSettings): number => {
  const { maps, multiMaps, queues, lists, sets, ringbuffers, atomics } = settings
  const configured = [maps, multiMaps, queues, lists, sets, ringbuffers, atomics].flatMap(
    (byName): Partial<BackupSettings>[] => Object.values(byName),
  )
  const copies = configured.map(
    ({ backupCount, asyncBackupCount }) =>
      (backupCount ?? DEFAULT_BACKUPS.backupCount) +
      (asyncBackupCount ?? DEFAULT_BACKUPS.asyncBackupCount),
  )
  return Math.max(DEFAULT_BACKUPS.backupCount, ...copies)
}

/** What outlives the process, and where. */
export interface KeepingOptions {
  /** All that anything may be kept by. */
  readonly all: readonly Keeping[]
  readonly clusterName: string
  readonly of: (structure: Structure, name: string) => Keeping | undefined
  readonly note: (level: NoteLevel, text: string) => void
  readonly sizes?: LogSizes
}

/** Starts the part of a member in the grid; until the first table has come calls wait. */
export const startGrid = (
  host: Host,
  member: Member,
  settings: GridSettings,
  structures: readonly Structure[],
  keeping?: KeepingOptions,
): GridCore => {
  const isKeeping = keeping !== undefined && keeping.all.length > 0 && canBeMaster(member.self)
  const { port } = member.self.address
  const persistence = isKeeping ? createPersistence({ host, port, ...keeping }) : undefined
  const table = createPartitionTable(host, member, {
    partitionCount: settings.partitionCount,
    copies: copiesOf(settings),
    grouping: settings.grouping,
    recovery: persistence,
    recoveryTimeoutMs: settings.validationTimeoutSeconds * MS_OF_SECOND,
  })
  return createGrid({ host, member, table, structures, persistence, settings })
}
