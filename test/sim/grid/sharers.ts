import { expect } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { BackupSettings } from '../../../members/grid/settings.ts'
import {
  createAtomicLong,
  createAtomicLongs,
} from '../../../members/grid/structures/atomiclong/index.ts'
import { createLock, createLocks } from '../../../members/grid/structures/lock/index.ts'
import type { ProxyContext } from '../../../members/grid/structures/proxy.ts'
import { createQueue, createQueues } from '../../../members/grid/structures/queue/index.ts'
import type { Structure } from '../../../members/grid/structures/structure.ts'
import type { SimWorld } from '../host/index.ts'
import type { GridNode } from './cluster.ts'

export const sharedStructures = (backups: BackupSettings): Structure[] => [
  createQueues({ default: backups }),
  createLocks({ default: backups }),
  createAtomicLongs({ default: backups }),
]

/** Who shares a queue, a lock and a counter while faults happen, and what they saw. */
export interface Sharers {
  stop(): Promise<void>
  /** Takes what is left, and compares all that was seen with what is promised. */
  check(node: GridNode): Promise<void>
}

/** One critical section: when it was asked for, when it began, and with which fence. */
interface Section {
  readonly askedMs: number
  readonly begunMs: number
  readonly fence: number
}

interface Seen {
  /** Items that a queue has taken in for sure, and those that it may have. */
  readonly offered: Set<string>
  readonly maybeOffered: Set<string>
  readonly taken: string[]
  /** Takers that do not know whether they have taken. */
  takersInDoubt: number
  readonly sections: Section[]
  readonly counted: bigint[]
  countersInDoubt: number
}

const contextOf = ({ node, grid }: GridNode): ProxyContext => ({
  host: node.machine.host,
  invoker: grid!.invoker,
})

/** Whether `act` ended; false when it failed as the grid may fail, or its machine went down. */
const ended = async (node: GridNode, act: () => Promise<void>): Promise<boolean> => {
  try {
    return await Promise.race([act().then(() => true), node.down.promise.then(() => false)])
  } catch (thrown) {
    if (thrown instanceof EngineError) return false
    throw thrown
  }
}

const DEEDS = {
  offer: async (world: SimWorld, node: GridNode, seen: Seen) => {
    const item = `i${world.random.integer(1e9)}`
    seen.maybeOffered.add(item)
    const offer = createQueue<string>(contextOf(node), 'queue').offer(item)
    await ended(node, async () => {
      if (!(await offer)) return
      seen.maybeOffered.delete(item)
      seen.offered.add(item)
    })
  },
  poll: async (world: SimWorld, node: GridNode, seen: Seen) => {
    const waitMs = world.random.pick([0, 0, 100, 3000])
    const poll = createQueue<string>(contextOf(node), 'queue').poll(waitMs)
    const isKnown = await ended(node, async () => {
      const item = await poll
      if (item !== null) seen.taken.push(item)
    })
    if (!isKnown) seen.takersInDoubt += 1
  },
  lock: async (world: SimWorld, node: GridNode, seen: Seen) => {
    const lock = createLock(contextOf(node), 'lock')
    await ended(node, async () => {
      const askedMs = world.nowMs()
      const fence = await lock.tryLock(2000, { leaseMs: 5000 })
      if (fence === null) return
      seen.sections.push({ askedMs, begunMs: world.nowMs(), fence })
      await world.sleep(world.random.between(0, 200))
      await lock.unlock(fence)
    })
  },
  count: async (_: SimWorld, node: GridNode, seen: Seen) => {
    const increment = createAtomicLong(contextOf(node), 'counter').incrementAndGet()
    const isKnown = await ended(node, async () => {
      seen.counted.push(await increment)
    })
    if (!isKnown) seen.countersInDoubt += 1
  },
} as const

const checkQueue = (seen: Seen): void => {
  expect(new Set(seen.taken).size, 'no item is taken twice').toBe(seen.taken.length)
  const unknown = seen.taken.filter(
    (item) => !seen.offered.has(item) && !seen.maybeOffered.has(item),
  )
  expect(unknown).toEqual([])
  const taken = new Set(seen.taken)
  const lost = [...seen.offered].filter((item) => !taken.has(item))
  expect(lost.length, 'only takers in doubt may have lost items').toBeLessThanOrEqual(
    seen.takersInDoubt,
  )
}

const checkLock = ({ sections }: Seen): void => {
  for (const earlier of sections) {
    for (const later of sections) {
      if (later === earlier) continue
      expect(later.fence, 'no fence is given twice').not.toBe(earlier.fence)
      if (later.askedMs > earlier.begunMs) expect(later.fence).toBeGreaterThan(earlier.fence)
    }
  }
}

export const startSharers = (
  world: SimWorld,
  nodes: readonly GridNode[],
  count: number,
): Sharers => {
  const { random } = world
  const seen: Seen = {
    offered: new Set(),
    maybeOffered: new Set(),
    taken: [],
    takersInDoubt: 0,
    sections: [],
    counted: [],
    countersInDoubt: 0,
  }
  let isOver = false
  const live = async (): Promise<void> => {
    while (!isOver) {
      await world.sleep(random.between(1, 150))
      const node = random.pick(nodes)
      if (node.grid === undefined || !node.node.machine.isUp) continue
      await DEEDS[random.pick(['offer', 'offer', 'poll', 'lock', 'count'] as const)](
        world,
        node,
        seen,
      )
    }
  }
  const running = Array.from({ length: count }, live)
  return {
    stop: async () => {
      isOver = true
      await Promise.all(running)
    },
    check: async (node) => {
      await createQueue<string>(contextOf(node), 'queue').drainTo(seen.taken)
      checkQueue(seen)
      checkLock(seen)
      const total = await createAtomicLong(contextOf(node), 'counter').get()
      expect(new Set(seen.counted).size, 'no count is given twice').toBe(seen.counted.length)
      const missing = Number(total) - seen.counted.length
      expect(missing).toBeGreaterThanOrEqual(0)
      expect(missing).toBeLessThanOrEqual(seen.countersInDoubt)
    },
  }
}
