import { DEFAULT_GRID } from '../../members/grid/settings.ts'
import { RecordArena } from '../../members/grid/store/index.ts'
import type { Structure } from '../../members/grid/structures/structure.ts'
import {
  createAtomicLong,
  createAtomicLongs,
} from '../../members/grid/structures/atomiclong/index.ts'
import {
  createFlakeIdGenerator,
  createFlakeIdGenerators,
} from '../../members/grid/structures/flakeid/index.ts'
import { createList, createLists } from '../../members/grid/structures/list/index.ts'
import { createLock, createLocks } from '../../members/grid/structures/lock/index.ts'
import { createGridMap, createMapStructure } from '../../members/grid/structures/map/index.ts'
import { createMultiMap, createMultiMaps } from '../../members/grid/structures/multimap/index.ts'
import type { ProxyContext } from '../../members/grid/structures/proxy.ts'
import { createQueue, createQueues } from '../../members/grid/structures/queue/index.ts'
import { createReliableTopic } from '../../members/grid/structures/reliabletopic/index.ts'
import {
  createRingbuffer,
  createRingbuffers,
} from '../../members/grid/structures/ringbuffer/index.ts'
import { createSet, createSets } from '../../members/grid/structures/set/index.ts'
import { createTopic, createTopics } from '../../members/grid/structures/topic/index.ts'
import { createGridHarness, type GridHarness, type GridHarnessOptions } from './gridHarness.ts'
import { CONTRACT_SETTINGS } from './gridStructures.ts'
import type { SuiteGrid } from './structures/suite.ts'

/** The structures, with the settings of the contract. */
export const contractStructures = (): readonly Structure[] => [
  createMapStructure({
    settings: { ...DEFAULT_GRID, ...CONTRACT_SETTINGS },
    processors: {},
    arena: new RecordArena(),
    memoryLimitBytes: Infinity,
    dataMemberCount: () => 1,
  }),
  createMultiMaps(CONTRACT_SETTINGS.multiMaps),
  createQueues(CONTRACT_SETTINGS.queues),
  createLists(CONTRACT_SETTINGS.lists),
  createSets(CONTRACT_SETTINGS.sets),
  createRingbuffers(CONTRACT_SETTINGS.ringbuffers),
  createTopics(),
  createLocks({}),
  createAtomicLongs({}),
  createFlakeIdGenerators({}),
]

export interface HarnessGrid extends SuiteGrid {
  readonly harness: GridHarness
}

/** Lets everything run that waits for nothing else. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const gridOf = (
  harness: GridHarness,
  context: ProxyContext,
  callers: { count: number },
): HarnessGrid => ({
  harness,
  map: (name) => createGridMap(context.invoker, name),
  multiMap: (name) => createMultiMap(context, name),
  queue: (name) => createQueue(context, name),
  list: (name) => createList(context, name),
  set: (name) => createSet(context, name),
  ringbuffer: (name) => createRingbuffer(context, name),
  topic: (name) => createTopic(context, name),
  reliableTopic: (name) => createReliableTopic(context, name, CONTRACT_SETTINGS.reliableTopics),
  lock: (name) => createLock(context, name),
  atomicLong: (name) => createAtomicLong(context, name),
  flakeIds: (name) => createFlakeIdGenerator(context, name),
  nowMs: () => harness.host.clock.now(),
  async elapse(ms) {
    await settle()
    harness.advance(ms)
    await settle()
  },
  async another() {
    callers.count += 1
    const invoker = harness.invokerOf(`caller-${callers.count}`)
    return gridOf(harness, { host: context.host, invoker }, callers)
  },
  async leave() {
    await settle()
    harness.callerGone(context.invoker.callerId)
  },
})

/** The contract's grid in one process, where a backup is compared after every call. */
export const createHarnessGrid = (options?: GridHarnessOptions): HarnessGrid => {
  const harness = createGridHarness(contractStructures(), options)
  return gridOf(harness, { host: harness.host, invoker: harness.invoker }, { count: 1 })
}
