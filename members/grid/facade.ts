import { EngineError } from '../../runtime/errors/index.ts'
import type { ClusterMember, MemberStatistics } from './client/index.ts'
import { type ByName, type NearCacheSettings, type ReliableTopicSettings } from './settings.ts'
import { type AtomicLong, createAtomicLong } from './structures/atomiclong/index.ts'
import { createFlakeIdGenerator, type FlakeIdGenerator } from './structures/flakeid/index.ts'
import { createList, type List } from './structures/list/index.ts'
import { createLock, type Lock } from './structures/lock/index.ts'
import { createGridMap, type GridMap, type GridMapOptions } from './structures/map/index.ts'
import type { ProxyContext } from './structures/proxy.ts'
import { createMultiMap, type MultiMap } from './structures/multimap/index.ts'
import { createQueue, type Queue } from './structures/queue/index.ts'
import { createReliableTopic, type ReliableTopic } from './structures/reliabletopic/index.ts'
import { createRingbuffer, type Ringbuffer } from './structures/ringbuffer/index.ts'
import { createSet, type SharedSet } from './structures/set/index.ts'
import { createTopic, type Topic } from './structures/topic/index.ts'
import type { MigrationEvent, PartitionLostEvent } from './table/index.ts'

/** The structures of a cluster, by name. What is not there yet comes into being with its first use. */
export interface GridStructures {
  map<Key = unknown, Value = unknown>(name: string, options?: GridMapOptions): GridMap<Key, Value>
  multiMap<Key = unknown, Value = unknown>(name: string): MultiMap<Key, Value>
  queue<T = unknown>(name: string): Queue<T>
  list<T = unknown>(name: string): List<T>
  set<T = unknown>(name: string): SharedSet<T>
  topic<T = unknown>(name: string): Topic<T>
  reliableTopic<T = unknown>(name: string): ReliableTopic<T>
  ringbuffer<T = unknown>(name: string): Ringbuffer<T>
  lock(name: string): Lock
  atomicLong(name: string): AtomicLong
  flakeIdGenerator(name: string): FlakeIdGenerator
}

/** The shared state of a cluster, as a member or a client of it sees it. */
export interface Grid extends GridStructures, AsyncDisposable {
  /** Of this member or client: locks belong to it. */
  readonly id: string
  readonly clusterName: string
  readonly partitionCount: number
  /** Members of the cluster, the oldest first. */
  members(): readonly ClusterMember[]
  onMembers(listener: (members: readonly ClusterMember[]) => void): () => void
  /** Nothing moves, every backup is where it should be, and any one member may be lost. */
  isSafe(): Promise<boolean>
  /** Calls back when a partition moves; returns how to stop it. */
  onMigration(listener: (event: MigrationEvent) => void): () => void
  /** Calls back when a partition has lost what it held; returns how to stop it. */
  onPartitionLost(listener: (event: PartitionLostEvent) => void): () => void
  /** What each member holds; without those that do not answer. */
  statistics(): Promise<readonly MemberStatistics[]>
  /** A member hands over what it holds and leaves, a client disconnects. */
  close(): Promise<void>
}

/** The proxies that keep something of their own are made once for each name. */
const once = <T>(create: (name: string) => T): ((name: string) => T) => {
  const made = new Map<string, T>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const created = create(name)
    made.set(name, created)
    return created
  }
}

const checked = (name: string): string => {
  if (name !== '') return name
  throw new EngineError('GRD-053', 'A structure of the grid needs a name that is not empty')
}

/** What proxies are told that members are not. */
export interface ProxySettings {
  readonly reliableTopics: ByName<ReliableTopicSettings>
  /** Of a map, where it has one. */
  readonly nearCacheOf: (name: string) => NearCacheSettings | undefined
}

/** Maps without a near cache are made anew each time, those with one once for each name. */
const createMaps = (
  { host, invoker }: ProxyContext,
  nearCacheOf: ProxySettings['nearCacheOf'],
): GridStructures['map'] => {
  const nearMaps = new Map<string, GridMap<unknown, unknown>>()
  return <Key, Value>(name: string, options?: GridMapOptions) => {
    const settings = options === undefined ? nearCacheOf(checked(name)) : undefined
    if (settings === undefined) return createGridMap<Key, Value>(invoker, checked(name), options)
    const known = nearMaps.get(name)
    if (known !== undefined) return known as unknown as GridMap<Key, Value>
    const nearCache = { settings, clock: host.clock }
    const made = createGridMap<Key, Value>(invoker, name, { nearCache })
    nearMaps.set(name, made as unknown as GridMap<unknown, unknown>)
    return made
  }
}

/** The structures that an invoker reaches. */
export const createStructures = (
  context: ProxyContext,
  { reliableTopics, nearCacheOf }: ProxySettings,
): GridStructures => {
  const flakeIdGenerator = once((name) => createFlakeIdGenerator(context, name))
  return {
    map: createMaps(context, nearCacheOf),
    multiMap: (name) => createMultiMap(context, checked(name)),
    queue: (name) => createQueue(context, checked(name)),
    list: (name) => createList(context, checked(name)),
    set: (name) => createSet(context, checked(name)),
    topic: (name) => createTopic(context, checked(name)),
    reliableTopic: (name) => createReliableTopic(context, checked(name), reliableTopics),
    ringbuffer: (name) => createRingbuffer(context, checked(name)),
    lock: (name) => createLock(context, checked(name)),
    atomicLong: (name) => createAtomicLong(context, checked(name)),
    flakeIdGenerator: (name) => flakeIdGenerator(checked(name)),
  }
}
