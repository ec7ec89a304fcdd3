import { test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { AtomicLong } from '../../../members/grid/structures/atomiclong/index.ts'
import type { FlakeIdGenerator } from '../../../members/grid/structures/flakeid/index.ts'
import type { List } from '../../../members/grid/structures/list/index.ts'
import type { Lock } from '../../../members/grid/structures/lock/index.ts'
import type { GridMap } from '../../../members/grid/structures/map/index.ts'
import type { MultiMap } from '../../../members/grid/structures/multimap/index.ts'
import type { Queue } from '../../../members/grid/structures/queue/index.ts'
import type { ReliableTopic } from '../../../members/grid/structures/reliabletopic/index.ts'
import type { Ringbuffer } from '../../../members/grid/structures/ringbuffer/index.ts'
import type { SharedSet } from '../../../members/grid/structures/set/index.ts'
import type { Topic } from '../../../members/grid/structures/topic/index.ts'

/** What the contract asks of a map: what Hazelcast's client for Node.js offers, too. */
type MapCalls =
  | 'get'
  | 'containsKey'
  | 'containsValue'
  | 'put'
  | 'set'
  | 'putIfAbsent'
  | 'tryPut'
  | 'replace'
  | 'replaceIfSame'
  | 'remove'
  | 'removeIfSame'
  | 'delete'
  | 'tryRemove'
  | 'evict'
  | 'setTtl'
  | 'getAll'
  | 'putAll'
  | 'size'
  | 'isEmpty'
  | 'clear'
  | 'keySet'
  | 'values'
  | 'entrySet'
  | 'lock'
  | 'tryLock'
  | 'unlock'
  | 'forceUnlock'
  | 'isLocked'

/**
 * Proxies of one caller: Tidegate's own, or Hazelcast's in their clothes. Names that begin with
 * `bounded` and `small` have the settings of CONTRACT_YAML.
 */
export interface SuiteGrid {
  map(name: string): Pick<GridMap<string, string>, MapCalls>
  multiMap(name: string): MultiMap<string, string>
  queue(name: string): Omit<Queue<string>, typeof Symbol.asyncIterator>
  list(name: string): Omit<List<string>, typeof Symbol.asyncIterator>
  set(name: string): Omit<SharedSet<string>, typeof Symbol.asyncIterator>
  ringbuffer(name: string): Ringbuffer<string>
  topic(name: string): Topic<string>
  reliableTopic(
    name: string,
  ): Pick<ReliableTopic<string>, 'publish' | 'publishAll' | 'addMessageListener'>
  lock(name: string): Pick<Lock, 'lock' | 'tryLock' | 'unlock' | 'isLocked'>
  atomicLong(name: string): Omit<AtomicLong, 'name'>
  flakeIds(name: string): Pick<FlakeIdGenerator, 'newId'>
  nowMs(): number
  /** Time goes by, so that what waits for so long is answered; at a real server it does by itself. */
  elapse(ms: number): Promise<void>
  /** The same grid for another caller. */
  another(): Promise<SuiteGrid>
  /** This caller is gone for good. */
  leave(): Promise<void>
}

export type StructureName = Exclude<keyof SuiteGrid, 'nowMs' | 'elapse' | 'another' | 'leave'>

/** Registers a test; the name is one that no other test uses. */
export type Each = (title: string, body: (grid: SuiteGrid, name: string) => Promise<void>) => void

export interface SuiteOptions {
  /** The structures that the grid under test does not have, with the reason. */
  readonly without?: Partial<Record<StructureName, string>>
}

/** Names of one run do not meet those of an earlier one at the same server. */
const run = crypto.randomUUID().slice(0, 8)
let count = 0

export const eachOf =
  (suite: string, create: () => Promise<SuiteGrid>, options: SuiteOptions) =>
  (structure: StructureName, contract: (each: Each) => void): void => {
    const reason = options.without?.[structure]
    if (reason !== undefined) {
      process.stdout.write(`${suite} is not tried for ${structure}: ${reason}.\n`)
      return
    }
    contract((title, body) =>
      test(`${suite}: ${structure}: ${title}`, async () => {
        const grid = await create()
        count += 1
        await body(grid, `${run}-${count}`)
      }),
    )
  }

/** Waits until what events bring is there. */
export const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}

/** The code with which a call is refused, undefined when it is not. */
export const codeOf = async (call: Promise<unknown>): Promise<string | undefined> => {
  try {
    await call
    return undefined
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
}
