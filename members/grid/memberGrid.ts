import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import { canBeMaster } from '../membership/index.ts'
import { clusterMembers, openClientDesk } from './client/index.ts'
import { createStructures, type Grid } from './facade.ts'
import { GRID_KINDS } from './kinds.ts'
import type { GridSettings } from './settings.ts'
import { startGrid } from './start.ts'
import { RecordArena } from './store/index.ts'
import { createAtomicLongs } from './structures/atomiclong/index.ts'
import { createFlakeIdGenerators } from './structures/flakeid/index.ts'
import { createLists } from './structures/list/index.ts'
import { createLocks } from './structures/lock/index.ts'
import { createMapStructure, type EntryProcessors } from './structures/map/index.ts'
import { createQueues } from './structures/queue/index.ts'
import { createRingbuffers } from './structures/ringbuffer/index.ts'
import { createSets } from './structures/set/index.ts'
import type { Structure } from './structures/structure.ts'
import { createTopics } from './structures/topic/index.ts'

/** The grid of a member, with what else its process asks of it. */
export interface MemberGrid extends Grid {
  /** Nothing moves, and every backup is where it should be; as this member knows it. */
  isClusterSafe(): boolean
  /** Partitions that are to move. */
  migrationQueueSize(): number
  /** Hands over all that this member holds; resolves when it holds nothing, or nobody can take it. */
  handOver(): Promise<void>
  /** Ends without handing over: the member is about to close. */
  stop(): void
}

const structuresOf = ({
  host,
  member,
  settings,
  processors = {},
  memoryLimitBytes = host.memory.machine().totalBytes,
}: MemberGridOptions): Structure[] => [
  createMapStructure({
    settings,
    processors,
    arena: new RecordArena(),
    memoryLimitBytes,
    dataMemberCount: () => member.members().filter(canBeMaster).length,
  }),
  createQueues(settings.queues),
  createLists(settings.lists),
  createSets(settings.sets),
  createTopics(),
  createRingbuffers(settings.ringbuffers),
  createLocks(settings.atomics),
  createAtomicLongs(settings.atomics),
  createFlakeIdGenerators(settings.atomics),
]

export interface MemberGridOptions {
  readonly host: Host
  readonly member: Member
  readonly clusterName: string
  readonly settings: GridSettings
  /** Entry processors by name; all data members must have those that callers name. */
  readonly processors?: EntryProcessors
  /** What the process may take; all memory of the machine by default. */
  readonly memoryLimitBytes?: number
  /** Closes the member too, once it holds nothing any more. */
  readonly leave: () => Promise<void>
}

/** Makes a member that is in a cluster take part in its grid, and serve its clients. */
export const openMemberGrid = (options: MemberGridOptions): MemberGrid => {
  const { host, member, clusterName, settings } = options
  const grid = startGrid(host, member, settings, structuresOf(options))
  const { table } = grid
  const { call, cancel, subscribe } = GRID_KINDS
  const desk = openClientDesk({ member, table, clientKinds: [call, cancel, subscribe] })
  const stop = (): void => {
    desk.close()
    grid.close()
  }
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await grid.leave()
    stop()
    await options.leave()
  }
  const closeOnce = (): Promise<void> => (closing ??= close())
  return {
    ...createStructures({ host, invoker: grid.invoker }, settings.reliableTopics),
    id: grid.invoker.callerId,
    clusterName,
    members: () => clusterMembers(member),
    onMembers: (listener) => member.onChange(() => listener(clusterMembers(member))),
    isSafe: async () => grid.isClusterSafe(),
    isClusterSafe: () => grid.isClusterSafe(),
    migrationQueueSize: () => table.migrationQueueSize(),
    onMigration: (listener) => table.onMigration(listener),
    onPartitionLost: (listener) => table.onPartitionLost(listener),
    statistics: () => grid.sizes().map(({ service, ...sizes }) => ({ kind: service, ...sizes })),
    handOver: () => grid.leave(),
    stop,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}
