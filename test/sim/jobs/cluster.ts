import {
  PipelineExecution,
  pipelineTasks,
  ProgressBook,
  taskNames,
  type CheckpointStore,
} from '../../../jobs/coordinator/index.ts'
import { pipelinesOf, type Plan } from '../../../jobs/plan/index.ts'
import {
  createIsolatePool,
  startTaskService,
  type TaskPlaces,
  type TaskService,
} from '../../../jobs/workers/index.ts'
import { startMember, type Member } from '../../../members/member/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Machine, SimWorld } from '../host/index.ts'
import { nodeSettings, PORT } from '../membership/cluster.ts'

/** What the grid would keep of a job: it survives any one member. */
export interface SharedState {
  epoch: number
  places: TaskPlaces
  isRunning: boolean
  /** All tasks of the present attempt run. */
  isDeployed: boolean
  isFinished: boolean
  /** Coordinators do nothing. */
  isHeld: boolean
  attempts: number
  takeovers: number
  failures: string[]
}

export const createSharedState = (): SharedState => ({
  epoch: 0,
  places: {},
  isRunning: false,
  isDeployed: false,
  isFinished: false,
  isHeld: false,
  attempts: 0,
  takeovers: 0,
  failures: [],
})

export interface JobNode {
  readonly machine: Machine
  member: Member | undefined
  service: TaskService | undefined
}

export interface JobClusterOptions {
  readonly masters: number
  readonly workers: number
  readonly quorum: boolean
  readonly plan: Plan
  readonly shared: SharedState
  readonly storeOf: (host: Host) => CheckpointStore
  /** The machine whose disk all others share. */
  readonly disk: Machine
}

/** Members that run one pipeline; the active master coordinates it, whoever that is. */
export const startJobCluster = (world: SimWorld, options: JobClusterOptions): JobNode[] => {
  const count = options.masters + options.workers
  const first = world.machines.length
  const addresses = Array.from({ length: count }, (_, at) => `10.0.0.${first + at + 1}`)
  const members = addresses.map((address) => `${address}:${PORT}`)
  return addresses.map((address, at) => {
    const role = at < options.masters ? 'master' : 'worker'
    const settings = nodeSettings(address, role, members, options)
    const node: { -readonly [Key in keyof JobNode]: JobNode[Key] } = {
      machine: undefined as unknown as Machine,
      member: undefined,
      service: undefined,
    }
    const boot = async (host: Host): Promise<void> => {
      node.member = undefined
      const member = await startMember(host, settings)
      const isolates = createIsolatePool(host, 0)
      node.service = startTaskService({ host, member, isolates })
      node.member = member
      coordinate(world, host, member, node.service, options)
    }
    node.machine = world.machine(`m${at}`, boot, { diskOf: options.disk })
    return node
  })
}

/** The least that a coordinator of jobs does: places, attempts, takes over, stands down. */
const coordinate = (
  world: SimWorld,
  host: Host,
  member: Member,
  { hosts }: TaskService,
  options: JobClusterOptions,
): void => {
  const { plan, shared } = options
  let current: PipelineExecution | undefined
  let isActive = false

  const isInCharge = (): boolean => member.isActiveMaster() && member.isSafe()
  const store = fencedStore(options.storeOf(host), isInCharge)

  const attempt = async (): Promise<void> => {
    const tasks = await pipelineTasks(plan, pipelinesOf(plan)[0]!)
    const isTakeover = shared.isRunning
    if (isTakeover) shared.takeovers += 1
    else {
      const workers = member.members().filter(({ role }) => role === 'worker')
      if (workers.length === 0) {
        throw new EngineError('JOB-021', 'There is no worker.', { retry: 'backoff' })
      }
      const names = taskNames(tasks)
      shared.attempts += 1
      shared.epoch += 1
      shared.places = Object.fromEntries(
        names.map((name) => [name, world.random.pick(workers).id] as const),
      )
      shared.isRunning = true
      shared.isDeployed = false
    }
    const execution = new PipelineExecution({
      host,
      hosts,
      places: shared.places,
      jobId: 'j',
      epoch: shared.epoch,
      plan,
      pipelineId: 1,
      tasks,
      store,
      restored: await store.latest('j', 1),
      intervalMs: plan.env.checkpointIntervalMs ?? null,
      timeoutMs: 10_000,
      minPauseMs: -1,
      progress: new ProgressBook(plan, () => undefined),
      onRunning: () => {
        shared.isDeployed = true
      },
      onPrint: () => undefined,
      onLog: () => undefined,
    })
    current = execution
    await (isTakeover ? execution.attach() : execution.run())
    if (isInCharge()) shared.isFinished = true
  }
  const work = async (): Promise<void> => {
    while (isActive && !shared.isFinished) {
      if (!isInCharge() || shared.isHeld) {
        await host.clock.sleep(50)
        continue
      }
      try {
        await attempt()
      } catch (thrown) {
        const error = thrown as Error
        if (error === standDown) return
        if (!(error instanceof EngineError) || error.retry === 'never') throw error
        world.note(`pipeline failed: ${error.message}`)
        shared.failures.push(error.message)
        if (isInCharge()) shared.isRunning = false
        await host.clock.sleep(100)
      }
    }
  }
  const look = (): void => {
    if (member.isActiveMaster() === isActive) return
    isActive = member.isActiveMaster()
    if (isActive) work().catch(fail)
    else current?.abandon(standDown)
  }
  const fail = (thrown: unknown): void => {
    shared.failures.push(`FATAL ${String(thrown)}`)
    world.note(`coordinator failed: ${String(thrown)}`)
    throw thrown
  }
  member.onChange(look)
  look()
}

const standDown = new Error('Another member coordinates now')

/** As the grid: what a member writes that is not in charge any more is refused. */
const fencedStore = (store: CheckpointStore, isInCharge: () => boolean): CheckpointStore => ({
  ...store,
  save: async (record) => {
    if (!isInCharge()) throw new EngineError('JOB-022', 'Not in charge.', { retry: 'backoff' })
    return store.save(record)
  },
})
