import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import { canBeMaster } from '../membership/index.ts'
import {
  askStatistics,
  clusterMembers,
  type MemberStatistics,
  openClientDesk,
  type StructureStatistics,
} from './client/index.ts'
import { createStructures, type Grid } from './facade.ts'
import { handOver } from './handOver.ts'
import { GRID_KINDS } from './kinds.ts'
import { openMapStore, type SharedStore, shareStore } from './mapstores/index.ts'
import type { MergeEvent } from './merging/index.ts'
import type { GridInvoker } from './operations/index.ts'
import { keepingOf, type NoteLevel } from './persistence/index.ts'
import { DEFAULT_MAP, type GridSettings, MERGE_POLICIES, settingsOf } from './settings.ts'
import { type GridCore, type KeepingOptions, startGrid } from './start.ts'
import { RecordArena } from './store/index.ts'
import { createAtomicLongs } from './structures/atomiclong/index.ts'
import { createFlakeIdGenerators } from './structures/flakeid/index.ts'
import { createLists } from './structures/list/index.ts'
import { createLocks } from './structures/lock/index.ts'
import {
  beginMap,
  createMapStructure,
  type EntryProcessors,
  MAP_SERVICE_ID,
} from './structures/map/index.ts'
import type { MergeFunctions } from './structures/mergePolicies.ts'
import { createMultiMaps } from './structures/multimap/index.ts'
import { createQueues } from './structures/queue/index.ts'
import { createRingbuffers } from './structures/ringbuffer/index.ts'
import { createSets } from './structures/set/index.ts'
import type { Structure } from './structures/structure.ts'
import { createTopics } from './structures/topic/index.ts'
import { type PartitionTable, primaryOf } from './table/index.ts'

/** What a member does for the grid now. */
export interface GridActivity {
  /** Calls of operations on this member: those that ran so far, and those that wait now. */
  readonly ran: number
  readonly waiting: number
  /** Calls that this member has made itself and that have not ended. */
  readonly underWay: number
  /** Structures of which something is held here. */
  readonly structures: number
  /** Partitions of which this member answers for what they hold. */
  readonly partitions: number
  /** Clients of the grid that this member tells of the cluster. */
  readonly clients: number
}

/** The grid of a member, with what else its process asks of it. */
export interface MemberGrid extends Grid {
  /** Nothing moves, and every backup is where it should be; as this member knows it. */
  isClusterSafe(): boolean
  /** What goes on here. */
  activity(): GridActivity
  /** Calls back when data of a cluster that was given up is merged; returns how to stop it. */
  onMerge(listener: (event: MergeEvent) => void): () => void
  /** Partitions that are to move. */
  migrationQueueSize(): number
  /**
   * Hands over all that this member holds; resolves when it holds nothing, or nobody can take it.
   * False where the majority of the masters is gone, so that nothing can be moved.
   */
  handOver(): Promise<boolean>
  /**
   * How what is kept on the disk is: `recovering` waits for the table after a start, `refusing`
   * cannot write.
   */
  persistence(): 'well' | 'recovering' | 'refusing'
  /** Ends without handing over: the member is about to close. Resolves when all is on the disk. */
  stop(): Promise<void>
}

const structuresOf = ({
  host,
  member,
  settings,
  processors = {},
  mergeFunctions = {},
  memoryLimitBytes = host.memory.machine().totalBytes,
  storeOf,
}: MemberGridOptions & Pick<MapStores, 'storeOf'>): Structure[] => [
  createMapStructure({
    settings,
    processors,
    mergeFunctions,
    arena: new RecordArena(),
    memoryLimitBytes,
    storeOf,
    dataMemberCount: () => member.members().filter(canBeMaster).length,
  }),
  createMultiMaps(settings.multiMaps),
  createQueues(settings.queues),
  createLists(settings.lists),
  createSets(settings.sets),
  createTopics(),
  createRingbuffers(settings.ringbuffers),
  createLocks(settings.atomics),
  createAtomicLongs(settings.atomics),
  createFlakeIdGenerators(settings.atomics),
]

/** The stores outside the cluster that maps have. */
interface MapStores {
  storeOf(name: string): SharedStore | undefined
  close(): void
}

const openMapStores = (
  { host, settings, note = () => {} }: MemberGridOptions,
  invoker: () => GridInvoker,
): MapStores => {
  const { maps, partitionCount } = settings
  const stores = new Map<string, SharedStore | undefined>()
  // What is wrong with the settings of a map is told at once, not with its first use.
  for (const [pattern, { mapStore }] of Object.entries(maps)) openMapStore(host, mapStore, pattern)
  const open = (mapName: string): SharedStore | undefined => {
    const store = openMapStore(host, settingsOf(maps, mapName, DEFAULT_MAP).mapStore, mapName)
    const { clock } = host
    return store === undefined
      ? undefined
      : shareStore({
          clock,
          store,
          mapName,
          partitionCount,
          note,
          beginAll: () => beginMap(invoker(), mapName),
        })
  }
  return {
    storeOf: (name) => {
      if (!stores.has(name)) stores.set(name, open(name))
      return stores.get(name)
    },
    close: () => {
      for (const store of stores.values()) void store?.close()
    },
  }
}

/** Of all structures only maps are kept, as their `map-store` says. */
const keepingFor = ({
  settings,
  clusterName,
  note = () => {},
}: MemberGridOptions): KeepingOptions => {
  const { maps, dataFolder } = settings
  return {
    clusterName,
    all: Object.values(maps).flatMap(({ mapStore }) => keepingOf(mapStore, dataFolder) ?? []),
    of: ({ serviceId }, name) =>
      serviceId === MAP_SERVICE_ID
        ? keepingOf(settingsOf(maps, name, DEFAULT_MAP).mapStore, dataFolder)
        : undefined,
    note,
  }
}

export interface MemberGridOptions {
  readonly host: Host
  readonly member: Member
  readonly clusterName: string
  readonly settings: GridSettings
  /** Entry processors by name; all data members must have those that callers name. */
  readonly processors?: EntryProcessors
  /** Merge functions by name; all data members must have those that `merge-policy` names. */
  readonly mergeFunctions?: MergeFunctions
  /** Told what happens to maps that are kept on the disk. */
  readonly note?: (level: NoteLevel, text: string) => void
  /** What the process may take; all memory of the machine by default. */
  readonly memoryLimitBytes?: number
  /** Closes the member too, once it holds nothing any more. */
  readonly leave: () => Promise<void>
}

const ANSWER_MS = 5000

/** What this member and all others hold, in the order of the members. */
const statisticsOf = async (
  member: Member,
  held: () => StructureStatistics[],
): Promise<MemberStatistics[]> => {
  const all = clusterMembers(member)
  const others = all.filter(({ id }) => id !== member.self.id)
  const told = await askStatistics(member.messenger, others, ANSWER_MS)
  return all.flatMap((each) => {
    if (each.id === member.self.id) return [{ member: each, structures: held() }]
    return told.filter((answer) => answer.member.id === each.id)
  })
}

/** A name that is no policy has to be that of a function: better known now than at a merge. */
const checkMergePolicies = ({ settings, mergeFunctions = {} }: MemberGridOptions): void => {
  for (const [pattern, { mergePolicy }] of Object.entries(settings.maps)) {
    const isPolicy = MERGE_POLICIES.some((known) => known === mergePolicy)
    if (mergePolicy === undefined || isPolicy || Object.hasOwn(mergeFunctions, mergePolicy))
      continue
    const text = `hazelcast.map.${pattern}.merge-policy: \`${mergePolicy}\` is no policy`
    const known = MERGE_POLICIES.join(', ')
    throw new EngineError('CFG-005', `${text} (${known}), and no merge function has this name`)
  }
}

const ownedCount = (table: PartitionTable, memberId: string): number => {
  let count = 0
  for (let partition = 0; partition < table.partitionCount; partition += 1) {
    const row = table.row(partition)
    if (row !== undefined && primaryOf(row) === memberId) count += 1
  }
  return count
}

/** Makes a member that is in a cluster take part in its grid, and serve its clients. */
export const openMemberGrid = (options: MemberGridOptions): MemberGrid => {
  const { host, member, clusterName, settings } = options
  checkMergePolicies(options)
  const stores = openMapStores(options, () => grid.invoker)
  const structures = structuresOf({ ...options, storeOf: stores.storeOf })
  const grid: GridCore = startGrid(host, member, settings, structures, keepingFor(options))
  const { table } = grid
  const { call, cancel, clientLeaves, subscribe, unsubscribe, heard } = GRID_KINDS
  const held = (): StructureStatistics[] =>
    grid.sizes().map(({ service, ...sizes }) => ({ kind: service, ...sizes }))
  const clientKinds = [call, cancel, clientLeaves, subscribe, unsubscribe, heard]
  const desk = openClientDesk({ member, table, clientKinds, statistics: held })
  const stop = (): Promise<void> => {
    desk.close()
    stores.close()
    return grid.close()
  }
  const handAllOver = (): Promise<boolean> => handOver(host, member, () => grid.leave())
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await handAllOver()
    await stop()
    await options.leave()
  }
  const closeOnce = (): Promise<void> => (closing ??= close())
  return {
    ...createStructures(
      { host, invoker: grid.invoker },
      {
        reliableTopics: settings.reliableTopics,
        nearCacheOf: (name) => settingsOf(settings.maps, name, DEFAULT_MAP).nearCache,
      },
    ),
    id: grid.invoker.callerId,
    clusterName,
    members: () => clusterMembers(member),
    onMembers: (listener) => member.onChange(() => listener(clusterMembers(member))),
    isSafe: async () => grid.isClusterSafe(),
    isClusterSafe: () => grid.isClusterSafe(),
    onMerge: (listener) => grid.onMerge(listener),
    partitionCount: table.partitionCount,
    activity: () => {
      const { calls, parked, underWay, structures } = grid.statistics()
      return {
        ran: calls,
        waiting: parked,
        underWay,
        structures,
        partitions: ownedCount(table, member.self.id),
        clients: desk.clientCount(),
      }
    },
    migrationQueueSize: () => table.migrationQueueSize(),
    onMigration: (listener) => table.onMigration(listener),
    onPartitionLost: (listener) => table.onPartitionLost(listener),
    statistics: () => statisticsOf(member, held),
    handOver: handAllOver,
    persistence: () => {
      if (grid.diskFailure() !== undefined) return 'refusing'
      return grid.isKeeping && table.row(0) === undefined ? 'recovering' : 'well'
    },
    stop,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}
