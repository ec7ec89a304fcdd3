import {
  Client,
  OverflowPolicy,
  TopicOverloadPolicy,
  type ClientConfig,
  type IAtomicLong,
  type ItemListener,
} from 'hazelcast-client'
import Long from 'long'
import { EngineError, type ErrorCode } from '../../runtime/errors/index.ts'
import type { Subscription } from '../../members/grid/operations/invoker.ts'
import type { ItemEvent, SharedCollection } from '../../members/grid/structures/collectionProxy.ts'
import type { EntryLifetime } from '../../members/grid/structures/map/index.ts'
import type { Overflow } from '../../members/grid/structures/ringbuffer/index.ts'
import type { HazelcastServer } from '../servers/index.ts'
import type { SuiteGrid } from './structures/suite.ts'

type Codes = Readonly<Record<string, ErrorCode>>

/** What we call the errors of Hazelcast's client. */
const CODES: Codes = {
  IllegalStateError: 'GRD-030',
  TopicOverloadError: 'GRD-030',
  IndexOutOfBoundsError: 'GRD-031',
  ArrayIndexOutOfBoundsError: 'GRD-031',
  StaleSequenceError: 'GRD-032',
  IllegalMonitorStateError: 'GRD-033',
  IllegalArgumentError: 'GRD-034',
  RangeError: 'GRD-034',
}

const translate = (error: unknown, codes: Codes): unknown => {
  if (!(error instanceof Error)) return error
  const code = codes[error.name] ?? codes[error.constructor.name]
  return code === undefined ? error : new EngineError(code, error.message, { cause: error })
}

/** Calls of a proxy that is still being made, which reject with our errors. */
const lazily =
  <T>(making: Promise<T>, codes = CODES) =>
  async <Result>(call: (proxy: T) => Promise<Result>): Promise<Result> => {
    try {
      return await call(await making)
    } catch (error) {
      throw translate(error, codes)
    }
  }

const numberOf = (long: Long): number => long.toNumber()

interface Listenable {
  addItemListener(listener: ItemListener<string>, includeValue: boolean): Promise<string>
  removeItemListener(id: string): Promise<boolean>
}

const listen = async (
  collection: Listenable,
  listener: (event: ItemEvent<string>) => void,
): Promise<Subscription> => {
  const id = await collection.addItemListener(
    {
      itemAdded: ({ item }) => listener({ change: 'added', item }),
      itemRemoved: ({ item }) => listener({ change: 'removed', item }),
    },
    true,
  )
  return {
    async cancel() {
      await collection.removeItemListener(id)
    },
  }
}

/** What queues, lists and sets have in common there. */
interface TheirCollection extends Listenable {
  destroy(): Promise<void>
  size(): Promise<number>
  isEmpty(): Promise<boolean>
  contains(item: string): Promise<boolean>
  containsAll(items: string[]): Promise<boolean>
  remove(item: string): Promise<boolean>
  removeAll(items: string[]): Promise<boolean>
  retainAll(items: string[]): Promise<boolean>
  clear(): Promise<void>
  toArray(): Promise<string[]>
}

const sharedOf = <T extends TheirCollection>(name: string, making: Promise<T>) => {
  const on = lazily(making)
  const shared: Omit<SharedCollection<string>, typeof Symbol.asyncIterator> = {
    name,
    size: () => on((it) => it.size()),
    isEmpty: () => on((it) => it.isEmpty()),
    contains: (item) => on((it) => it.contains(item)),
    containsAll: (items) => on((it) => it.containsAll([...items])),
    remove: (item) => on((it) => it.remove(item)),
    removeAll: (items) => on((it) => it.removeAll([...items])),
    retainAll: (items) => on((it) => it.retainAll([...items])),
    destroy: () => on((it) => it.destroy()),
    clear: () => on((it) => it.clear()),
    toArray: () => on((it) => it.toArray()),
    addItemListener: (listener) => on((it) => listen(it, listener)),
  }
  return { on, shared }
}

const MAP_CODES: Codes = { ...CODES, IllegalMonitorStateError: 'GRD-012' }

const lifetimeOf = ({ ttlMs = -1, maxIdleMs = -1 }: EntryLifetime = {}): [number, number] => [
  ttlMs,
  maxIdleMs,
]

const mapOf = (client: Client, name: string): ReturnType<SuiteGrid['map']> => {
  const on = lazily(client.getMap<string, string>(name), MAP_CODES)
  return {
    get: (key) => on((it) => it.get(key)),
    containsKey: (key) => on((it) => it.containsKey(key)),
    containsValue: (value) => on((it) => it.containsValue(value)),
    put: (key, value, lifetime) => on((it) => it.put(key, value, ...lifetimeOf(lifetime))),
    set: (key, value, lifetime) => on((it) => it.set(key, value, ...lifetimeOf(lifetime))),
    putIfAbsent: (key, value, lifetime) =>
      on((it) => it.putIfAbsent(key, value, ...lifetimeOf(lifetime))),
    tryPut: (key, value, timeoutMs) => on((it) => it.tryPut(key, value, timeoutMs)),
    replace: (key, value) => on((it) => it.replace(key, value)),
    replaceIfSame: (key, expected, value) => on((it) => it.replaceIfSame(key, expected, value)),
    remove: (key) => on((it) => it.remove(key) as Promise<string | null>),
    removeIfSame: (key, expected) => on((it) => it.remove(key, expected) as Promise<boolean>),
    delete: (key) => on((it) => it.delete(key)),
    tryRemove: (key, timeoutMs) => on((it) => it.tryRemove(key, timeoutMs)),
    evict: (key) => on((it) => it.evict(key)),
    setTtl: (key, ttlMs) => on((it) => it.setTtl(key, ttlMs)),
    getAll: async (keys) => new Map(await on((it) => it.getAll([...keys]))),
    putAll: (entries) => on((it) => it.putAll([...entries].map(([key, value]) => [key, value]))),
    size: () => on((it) => it.size()),
    isEmpty: () => on((it) => it.isEmpty()),
    clear: () => on((it) => it.clear()),
    keySet: () => on((it) => it.keySet()),
    values: async () => (await on((it) => it.values())).toArray(),
    entrySet: () => on((it) => it.entrySet()),
    lock: (key) => on((it) => it.lock(key)),
    tryLock: (key, timeoutMs, options) => on((it) => it.tryLock(key, timeoutMs, options?.leaseMs)),
    unlock: (key) => on((it) => it.unlock(key)),
    forceUnlock: (key) => on((it) => it.forceUnlock(key)),
    isLocked: (key) => on((it) => it.isLocked(key)),
  }
}

const multiMapOf = (client: Client, name: string): ReturnType<SuiteGrid['multiMap']> => {
  const on = lazily(client.getMultiMap<string, string>(name))
  return {
    name,
    put: (key, value) => on((it) => it.put(key, value)),
    putAll: (entries) => on((it) => it.putAll(entries.map(([key, values]) => [key, [...values]]))),
    get: async (key) => (await on((it) => it.get(key))).toArray(),
    remove: (key, value) => on((it) => it.remove(key, value)),
    removeAll: async (key) => (await on((it) => it.removeAll(key))).toArray(),
    containsKey: (key) => on((it) => it.containsKey(key)),
    containsValue: (value) => on((it) => it.containsValue(value)),
    containsEntry: (key, value) => on((it) => it.containsEntry(key, value)),
    size: () => on((it) => it.size()),
    valueCount: (key) => on((it) => it.valueCount(key)),
    keySet: () => on((it) => it.keySet()),
    values: async () => (await on((it) => it.values())).toArray(),
    entrySet: () => on((it) => it.entrySet()),
    destroy: () => on((it) => it.destroy()),
    clear: () => on((it) => it.clear()),
    addEntryListener: (listener, key) =>
      on(async (it) => {
        const id = await it.addEntryListener(
          {
            added: ({ key, value }) => listener({ change: 'added', key, value }),
            removed: ({ key, oldValue }) => listener({ change: 'removed', key, value: oldValue }),
          },
          key,
          true,
        )
        return {
          async cancel() {
            await it.removeEntryListener(id)
          },
        }
      }),
  }
}

const queueOf = (client: Client, name: string): ReturnType<SuiteGrid['queue']> => {
  const { on, shared } = sharedOf(name, client.getQueue<string>(name))
  return {
    ...shared,
    offer: (item, waitMs) => on((it) => it.offer(item, waitMs)),
    put: (item) => on((it) => it.put(item)),
    async add(item) {
      await on((it) => it.add(item))
    },
    async addAll(items) {
      await on((it) => it.addAll([...items]))
    },
    poll: (waitMs) => on((it) => it.poll(waitMs)),
    take: () => on((it) => it.take()),
    peek: () => on((it) => it.peek()),
    drainTo: (target, countMax) => on((it) => it.drainTo(target, countMax)),
    remainingCapacity: () => on((it) => it.remainingCapacity()),
  }
}

const listOf = (client: Client, name: string): ReturnType<SuiteGrid['list']> => {
  const { on, shared } = sharedOf(name, client.getList<string>(name))
  return {
    ...shared,
    add: (item) => on((it) => it.add(item)),
    async addAt(index, item) {
      await on((it) => it.addAt(index, item))
      return true
    },
    addAll: (items) => on((it) => it.addAll([...items])),
    addAllAt: (index, items) => on((it) => it.addAllAt(index, [...items])),
    get: (index) => on((it) => it.get(index)),
    set: (index, item) => on((it) => it.set(index, item)),
    removeAt: (index) => on((it) => it.removeAt(index)),
    indexOf: (item) => on((it) => it.indexOf(item)),
    lastIndexOf: (item) => on((it) => it.lastIndexOf(item)),
    subList: (start, end) => on(async (it) => (await it.subList(start, end)).toArray()),
  }
}

const setOf = (client: Client, name: string): ReturnType<SuiteGrid['set']> => {
  const { on, shared } = sharedOf(name, client.getSet<string>(name))
  return {
    ...shared,
    add: (item) => on((it) => it.add(item)),
    addAll: (items) => on((it) => it.addAll([...items])),
  }
}

const OVERFLOWS = { overwrite: OverflowPolicy.OVERWRITE, fail: OverflowPolicy.FAIL } as const

const overflowOf = (overflow: Overflow = 'overwrite'): OverflowPolicy => {
  if (overflow === 'wait') throw new Error('Hazelcast has no such policy')
  return OVERFLOWS[overflow]
}

const ringbufferOf = (client: Client, name: string): ReturnType<SuiteGrid['ringbuffer']> => {
  const on = lazily(client.getRingbuffer<string>(name))
  return {
    name,
    add: async (item, overflow) => numberOf(await on((it) => it.add(item, overflowOf(overflow)))),
    addAll: async (items, overflow) =>
      numberOf(await on((it) => it.addAll([...items], overflowOf(overflow)))),
    readOne: (sequence) => on((it) => it.readOne(sequence)),
    async readMany(start, countMin, countMax) {
      const read = await on((it) => it.readMany(start, countMin, countMax))
      const items = Array.from({ length: read.size() }, (_, index) => ({
        sequence: numberOf(read.getSequence(index)),
        item: read.get(index),
      }))
      const nextSequence = numberOf(read.getNextSequenceToReadFrom())
      return { items, readCount: read.getReadCount(), nextSequence }
    },
    headSequence: async () => numberOf(await on((it) => it.headSequence())),
    tailSequence: async () => numberOf(await on((it) => it.tailSequence())),
    size: async () => numberOf(await on((it) => it.size())),
    capacity: async () => numberOf(await on((it) => it.capacity())),
    remainingCapacity: async () => numberOf(await on((it) => it.remainingCapacity())),
    destroy: () => on((it) => it.destroy()),
  }
}

const reliableTopicOf = (client: Client, name: string): ReturnType<SuiteGrid['reliableTopic']> => {
  const on = lazily(client.getReliableTopic<string>(name))
  const publish = (message: string): Promise<void> => on((it) => it.publish(message))
  return {
    publish,
    async publishAll(messages) {
      for (const message of messages) await publish(message)
    },
    addMessageListener: (listener) =>
      on(async (it) => {
        let sequence = 0
        const id = it.addMessageListener(({ messageObject, publishingTime }) => {
          listener({ message: messageObject, publishedAtMs: numberOf(publishingTime), sequence })
          sequence += 1
        })
        // It asks where to begin without letting us wait for that: what we ask next is answered later.
        await (await client.getRingbuffer(`_hz_rb_${name}`)).tailSequence()
        return {
          ended: Promise.resolve(undefined),
          cancel: async () => void it.removeMessageListener(id),
        }
      }),
  }
}

const atomicLongOf = (client: Client, name: string): ReturnType<SuiteGrid['atomicLong']> => {
  const on = lazily(client.getCPSubsystem().getAtomicLong(name))
  const longOf = (value: bigint): Long => Long.fromString(value.toString())
  const answer = async (call: (it: IAtomicLong) => Promise<Long>): Promise<bigint> =>
    BigInt((await on(call)).toString())
  return {
    destroy: () => on((it) => it.destroy()),
    get: () => answer((it) => it.get()),
    set: (value) => on((it) => it.set(longOf(value))),
    getAndSet: (value) => answer((it) => it.getAndSet(longOf(value))),
    addAndGet: (delta) => answer((it) => it.addAndGet(longOf(delta))),
    getAndAdd: (delta) => answer((it) => it.getAndAdd(longOf(delta))),
    incrementAndGet: () => answer((it) => it.incrementAndGet()),
    decrementAndGet: () => answer((it) => it.decrementAndGet()),
    getAndIncrement: () => answer((it) => it.getAndIncrement()),
    getAndDecrement: () => answer((it) => it.getAndDecrement()),
    compareAndSet: (expected, value) =>
      on((it) => it.compareAndSet(longOf(expected), longOf(value))),
  }
}

/** Their client knows a fence by the object that it gave, so that is kept. */
type Fences = Map<string, Long>

const lockOf = (client: Client, name: string, fences: Fences): ReturnType<SuiteGrid['lock']> => {
  const on = lazily(client.getCPSubsystem().getLock(name))
  const keep = (fence: Long): number => {
    fences.set(`${name} ${numberOf(fence)}`, fence)
    return numberOf(fence)
  }
  return {
    lock: async () => keep(await on((it) => it.lock())),
    async tryLock(waitMs) {
      const fence = await on((it) => it.tryLock(waitMs))
      return fence === undefined ? null : keep(fence)
    },
    unlock: (fence) => on((it) => it.unlock(fences.get(`${name} ${fence}`)!)),
    isLocked: () => on((it) => it.isLocked()),
  }
}

const gridOf = (client: Client, connect: () => Promise<Client>, fences: Fences): SuiteGrid => ({
  map: (name) => mapOf(client, name),
  multiMap: (name) => multiMapOf(client, name),
  queue: (name) => queueOf(client, name),
  list: (name) => listOf(client, name),
  set: (name) => setOf(client, name),
  ringbuffer: (name) => ringbufferOf(client, name),
  topic() {
    throw new Error('The client has no such topic')
  },
  reliableTopic: (name) => reliableTopicOf(client, name),
  lock: (name) => lockOf(client, name, fences),
  atomicLong: (name) => atomicLongOf(client, name),
  flakeIds(name) {
    const on = lazily(client.getFlakeIdGenerator(name))
    return { newId: async () => BigInt((await on((it) => it.newId())).toString()) }
  },
  nowMs: () => Date.now(),
  elapse: async () => {},
  another: async () => gridOf(await connect(), connect, fences),
  leave: () => client.shutdown(),
})

export interface HazelcastGrid {
  readonly grid: SuiteGrid
  /** Ends all clients. */
  close(): Promise<void>
}

/** Hazelcast's own client at its own server, as the contract wants it. */
export const connectHazelcast = async ({
  port,
  clusterName,
}: HazelcastServer): Promise<HazelcastGrid> => {
  const clients: Client[] = []
  const config: ClientConfig = {
    clusterName,
    network: { clusterMembers: [`127.0.0.1:${port}`] },
    connectionStrategy: { connectionRetry: { clusterConnectTimeoutMillis: 20_000 } },
    properties: { 'hazelcast.logging.level': 'OFF' },
    reliableTopics: { 'aging-error*': { overloadPolicy: TopicOverloadPolicy.ERROR } },
  }
  const connect = async (): Promise<Client> => {
    const client = await Client.newHazelcastClient(config)
    clients.push(client)
    return client
  }
  return {
    grid: gridOf(await connect(), connect, new Map()),
    async close() {
      for (const client of clients) await client.shutdown()
    },
  }
}
