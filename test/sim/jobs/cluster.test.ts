import { expect, test } from 'bun:test'
import { folderCheckpointStore } from '../../../jobs/coordinator/index.ts'
import { readJobText } from '../../../jobs/files/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import type { ExecutionId } from '../../../jobs/workers/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { simulateSeeds, type SimWorld } from '../host/index.ts'
import { createSharedState, startJobCluster, type JobNode, type SharedState } from './cluster.ts'
import { isolateThreads } from './isolates.ts'
import { idsWritten } from './idsWritten.ts'

/** A source of some instances to a sink of others: rows are spread between them, by key or in turn. */
const planOf = async (
  sources: number,
  sinks: number,
  kind: 'keyed' | 'rebalance',
  mode: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' = 'EXACTLY_ONCE',
): Promise<Plan> => {
  const text = `
    env {
      job.mode = BATCH
      parallelism = ${sources}
      checkpoint.interval = 50
      checkpoint.mode = ${mode}
      read_limit.rows_per_second = 2000
    }
    source {
      LocalFile {
        plugin_output = "s"
        path = "/in"
        file_format_type = csv
        schema { fields { id = bigint, name = string } }
      }
    }
    transform {
      FilterRowKind {
        plugin_input = "s"
        plugin_output = "t"
        exclude_kinds = ["DELETE"]
        parallelism = ${sinks}
      }
    }
    sink {
      LocalFile {
        plugin_input = "t"
        path = "/out"
        tmp_path = "/tmp"
        file_format_type = csv
      }
    }`
  const { plan, diagnostics } = await readJobText(text, 'hocon', 'job.conf')
  expect(diagnostics).toEqual([])
  const partitioning = kind === 'keyed' ? { kind, columns: ['id'] } : { kind }
  const [spread, ...rest] = plan!.edges
  return { ...plan!, edges: [{ ...spread!, partitioning }, ...rest] }
}

const writeInput = async ({ disk }: Host, files: number, rows: number): Promise<void> => {
  await disk.makeFolder('/in')
  for (let file = 0; file < files; file += 1) {
    const lines = Array.from({ length: rows }, (_, row) => {
      const id = file * rows + row
      return `${id},name of ${id}\n`
    })
    const bytes = new TextEncoder().encode(lines.join(''))
    await disk.writeFileAtomically(`/in/part-${file}.csv`, bytes)
  }
}

interface Run {
  readonly world: SimWorld
  readonly nodes: readonly JobNode[]
  readonly shared: SharedState
}

/** Task groups of one member share memory. */
const options = { threads: isolateThreads, limitMs: 300_000, eventsPerTurn: 1 }

interface Outcome {
  readonly nodes: readonly JobNode[]
  readonly shared: SharedState
  /** Rows that were written more often than once. */
  readonly repeated: number
}

const FILES = 8
const ROWS = 300

/** All are in, and the masters have agreed on one another: one of them can be missed. */
const isSettled = ({ member }: JobNode): boolean =>
  member?.isSafe() === true && member.view()?.agreedMasters.length === 3

const run = async (
  world: SimWorld,
  plan: Plan,
  disturb: (run: Run) => Promise<void>,
): Promise<Outcome> => {
  const disk = world.machine('disk')
  await writeInput(disk.host, FILES, ROWS)
  const shared = createSharedState()
  const nodes = startJobCluster(world, {
    masters: 3,
    workers: 3,
    quorum: true,
    plan,
    shared,
    storeOf: (host) => folderCheckpointStore(host, '/checkpoints', 3),
    disk,
  })
  shared.isHeld = true
  await world.until('the cluster is whole', () => nodes.every(isSettled), 20_000)
  shared.isHeld = false
  await world.until('the job runs', () => shared.isRunning, 10_000)
  await disturb({ world, nodes, shared })
  await world.until('the job has finished', () => shared.isFinished, 120_000)
  const written = await idsWritten(disk.host)
  const mayRepeat = plan.env.processingGuarantee === 'AT_LEAST_ONCE'
  const expected = Array.from({ length: FILES * ROWS }, (_, id) => id)
  expect(mayRepeat ? [...new Set(written)] : written).toEqual(expected)
  return { nodes, shared, repeated: written.length - expected.length }
}

test('a pipeline runs over three workers, its rows spread over TCP', async () => {
  const plan = await planOf(3, 2, 'keyed')
  await simulateSeeds(
    3,
    async (world) => {
      const { shared } = await run(world, plan, async () => {})
      expect(shared.failures).toEqual([])
      expect(shared.attempts).toBe(1)
    },
    options,
  )
})

const masterOf = (nodes: readonly JobNode[]): JobNode | undefined =>
  nodes.find(({ machine, member }) => machine.isUp && member?.isActiveMaster() === true)

const workersOf = ({ nodes }: Run): JobNode[] => nodes.slice(3)

type Fault =
  | 'killWorker'
  | 'killCoordinator'
  | 'killBoth'
  | 'pauseWorker'
  | 'pauseCoordinator'
  | 'isolateWorker'
  | 'isolateCoordinator'
  | 'cutPair'
  | 'cutOneWay'
  | 'resetConnections'

/** One thing after the other goes wrong; what was killed comes back. */
const FAULTS: Record<Fault, (run: Run) => Promise<void>> = {
  killWorker: async (given: Run) => {
    const { machine } = given.world.random.pick(workersOf(given))
    machine.kill()
    await given.world.sleep(given.world.random.between(1, 600))
    machine.restart()
  },
  killCoordinator: async ({ world, nodes }: Run) => {
    const machine = masterOf(nodes)?.machine
    machine?.kill()
    await world.sleep(world.random.between(1, 3000))
    machine?.restart()
  },
  pauseWorker: async (given: Run) => {
    const { machine } = given.world.random.pick(workersOf(given))
    machine.pause()
    await given.world.sleep(given.world.random.between(1, 3000))
    machine.resume()
  },
  pauseCoordinator: async ({ world, nodes }: Run) => {
    const machine = masterOf(nodes)?.machine
    machine?.pause()
    await world.sleep(world.random.between(1, 9000))
    machine?.resume()
  },
  cutPair: async ({ world, nodes }: Run) => {
    const [left, right] = world.random.shuffled(nodes)
    const heal = world.network.partition([left!.machine], [right!.machine])
    await world.sleep(world.random.between(1, 4000))
    heal()
  },
  killBoth: async (given: Run) => {
    await Promise.all([FAULTS.killWorker(given), FAULTS.killCoordinator(given)])
  },
  isolateWorker: async (given: Run) => {
    const heal = given.world.network.isolate(given.world.random.pick(workersOf(given)).machine)
    await given.world.sleep(given.world.random.between(1, 12_000))
    heal()
  },
  isolateCoordinator: async ({ world, nodes }: Run) => {
    const machine = masterOf(nodes)?.machine
    if (machine === undefined) return
    const heal = world.network.isolate(machine)
    await world.sleep(world.random.between(1, 12_000))
    heal()
  },
  cutOneWay: async ({ world, nodes }: Run) => {
    const [left, right] = world.random.shuffled(nodes)
    const heal = world.network.block([left!.machine], [right!.machine])
    await world.sleep(world.random.between(1, 8000))
    heal()
  },
  resetConnections: async ({ world, nodes }: Run) => {
    const [left, right] = world.random.shuffled(nodes)
    world.network.resetConnections(left!.machine, right!.machine)
  },
}

test(
  'a killed coordinator stops no task: the next one goes on with what runs',
  async () => {
    const plan = await planOf(3, 2, 'keyed')
    await simulateSeeds(
      10,
      async (world) => {
        const { shared } = await run(world, plan, async (given) => {
          await world.until('all tasks run', () => given.shared.isDeployed, 5000)
          await world.sleep(world.random.between(0, 300))
          if (!given.shared.isFinished) await FAULTS.killCoordinator(given)
        })
        expect(shared.failures).toEqual([])
        expect(shared.attempts).toBe(1)
      },
      options,
    )
  },
  { timeout: 60_000 },
)

const executionsOf = ({ service }: JobNode): readonly ExecutionId[] => service?.executions() ?? []

test('a side without the majority ends its tasks before the other side starts them anew', async () => {
  const plan = await planOf(3, 2, 'keyed')
  await simulateSeeds(
    5,
    async (world) => {
      await run(world, plan, async ({ nodes, shared }) => {
        await world.until('all tasks run', () => shared.isDeployed, 5000)
        const victim = nodes.slice(3).find((node) => executionsOf(node).length > 0)!
        const others = nodes.filter((node) => node !== victim).map(({ machine }) => machine)
        const heal = world.network.partition([victim.machine], others)
        await world.until('the others start anew', () => shared.attempts > 1, 30_000)
        expect(executionsOf(victim)).toEqual([])
        await world.until('they go on', () => shared.isDeployed, 30_000)
        heal()
      })
    },
    options,
  )
})

test('tasks that no coordinator asks for are ended after a while', async () => {
  const plan = await planOf(3, 2, 'keyed')
  await simulateSeeds(
    2,
    async (world) => {
      await run(world, plan, async ({ nodes, shared }) => {
        await world.until('all tasks run', () => shared.isDeployed, 5000)
        const busy = nodes.filter((node) => executionsOf(node).length > 0)
        shared.isHeld = true
        const coordinator = masterOf(nodes)!.machine
        coordinator.kill()
        await world.sleep(50_000)
        expect(busy.every((node) => executionsOf(node).length === 1)).toBe(true)
        await world.until(
          'nothing runs any more',
          () => busy.every((node) => executionsOf(node).length === 0),
          15_000,
        )
        coordinator.restart()
        shared.isHeld = false
      })
    },
    options,
  )
})

/** Up to five faults, one soon after the other. */
const disturb = async (given: Run): Promise<void> => {
  const { world, shared } = given
  for (let count = world.random.integer(6); count > 0; count -= 1) {
    await world.sleep(world.random.between(0, 300))
    if (shared.isFinished) return
    const kind = world.random.pick(Object.keys(FAULTS) as Fault[])
    world.note(`fault: ${kind}`)
    await FAULTS[kind](given)
  }
}

/** Runs many jobs through faults; what happened in all of them. */
const runMany = async (count: number, plans: readonly Plan[], delaysMaxMs = [1, 5, 40]) => {
  const totals = { attempts: 0, takeovers: 0, repeated: 0 }
  const { seeds } = await simulateSeeds(
    count,
    async (world) => {
      world.network.setDefaults({ delayMaxMs: world.random.pick(delaysMaxMs) })
      const { shared, repeated } = await run(world, world.random.pick(plans), disturb)
      expect(shared.failures.filter((failure) => failure.startsWith('FATAL'))).toEqual([])
      totals.attempts += shared.attempts
      totals.takeovers += shared.takeovers
      totals.repeated += repeated
    },
    options,
  )
  console.info(`${seeds} jobs:`, totals)
  return totals
}

test(
  'whoever is killed, paused or cut off when, each row is written once',
  async () => {
    const totals = await runMany(
      60,
      await Promise.all([planOf(3, 2, 'keyed'), planOf(2, 3, 'rebalance'), planOf(3, 3, 'keyed')]),
    )
    expect(totals.takeovers).toBeGreaterThan(0)
    expect(totals.repeated).toBe(0)
  },
  { timeout: 200_000 },
)

test(
  'without alignment no row is lost, though some may be written again',
  async () => {
    const plans = [await planOf(3, 2, 'keyed', 'AT_LEAST_ONCE')]
    // Slow links, so that barriers come to a task at times that differ.
    await runMany(30, plans, [40, 80])
  },
  { timeout: 200_000 },
)
