import { expect, test } from 'bun:test'
import type { ProtectionSettings } from '../../../members/grid/index.ts'
import { createLock, createLocks } from '../../../members/grid/structures/lock/index.ts'
import { createQueue, createQueues } from '../../../members/grid/structures/queue/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { simulate } from '../host/index.ts'
import { isSafe, startGridCluster } from './cluster.ts'

const protection = (protectOn: ProtectionSettings['protectOn']) => ({
  protection: { name: 'two', minimumClusterSize: 2, protectOn },
})

const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (thrown: EngineError) => thrown.code,
  )

test('a protected structure answers only where enough members hold data', () =>
  simulate(1, async (world) => {
    const nodes = startGridCluster(world, {
      masters: 3,
      workers: 1,
      structures: () => [createQueues({}), createLocks({})],
      protections: {
        queue: {
          writes: protection('WRITE'),
          'reads*': protection('READ'),
          both: protection('READ_WRITE'),
        },
        lock: { both: protection('READ_WRITE') },
      },
    })
    await world.until('safe', () => isSafe(nodes, false), 20_000)
    const contextOf = (at: number) => ({
      host: nodes[at]!.node.machine.host,
      invoker: nodes[at]!.grid!.invoker,
    })
    const outcomes = async (at: number): Promise<Record<string, string>> => {
      const told: Record<string, string> = {}
      for (const name of ['writes', 'reads', 'both', 'none']) {
        const queue = createQueue<number>(contextOf(at), name)
        const results = [await outcomeOf(queue.offer(1)), await outcomeOf(queue.size())]
        told[name] = results.join(' ')
      }
      return told
    }
    const all = 'done done'
    expect(await outcomes(0)).toEqual({ writes: all, reads: all, both: all, none: all })
    const lock = createLock(contextOf(0), 'both')
    await lock.lock()
    // One master with the worker, which holds nothing, and the other two.
    const machines = nodes.map(({ node }) => node.machine)
    const heal = world.network.partition([machines[0]!, machines[3]!], [machines[1]!, machines[2]!])
    await world.until(
      'two sides',
      () =>
        nodes.every(
          ({ node, grid }) => node.member!.members().length === 2 && grid!.isClusterSafe(),
        ),
      60_000,
    )
    expect(await outcomes(0)).toEqual({
      writes: 'GRD-008 done',
      reads: 'done GRD-008',
      both: 'GRD-008 GRD-008',
      none: all,
    })
    expect(await outcomes(3)).toEqual(await outcomes(0))
    expect(await outcomeOf(createLock(contextOf(0), 'both').tryLock())).toBe('GRD-008')
    expect(await outcomes(2)).toEqual({ writes: all, reads: all, both: all, none: all })
    heal()
    await world.until('one cluster', () => isSafe(nodes, false), 60_000)
    expect(await outcomes(0)).toEqual({ writes: all, reads: all, both: all, none: all })
  }))
