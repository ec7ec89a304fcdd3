import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Split } from '../connectors/index.ts'
import type { Plan } from '../plan/index.ts'
import type { Execution, TaskReport } from '../tasks/index.ts'
import type { TaskHosts, TaskName, TaskPlaces, TaskStatus } from '../workers/index.ts'
import { CheckpointDriver, type CheckpointNews } from './checkpointDriver.ts'
import {
  begunSplitsOf,
  commitInfosOf,
  operatorsOf,
  restoredFor,
  type CheckpointRecord,
} from './checkpointRecord.ts'
import { connectGroups } from './groupStreams.ts'
import { taskNames, type PipelineTasks } from './pipelineTasks.ts'
import type { ProgressBook } from './progress.ts'
import type { CheckpointStorage } from './storage/checkpointStorage.ts'
import { TaskCrew } from './taskCrew.ts'
import type { TaskHandle } from './taskHandle.ts'

export interface ExecutionOptions {
  readonly host: Host
  readonly hosts: TaskHosts
  /** Where each task of `taskNames(tasks)` runs. */
  readonly places: TaskPlaces
  readonly jobId: string
  /** Higher than that of any attempt before, also under another coordinator. */
  readonly epoch: number
  readonly plan: Plan
  /** The content hash of the code that the plan needs and that task hosts are to load. */
  readonly bundle?: string | null
  readonly pipelineId: number
  readonly tasks: PipelineTasks
  readonly store: Pick<CheckpointStorage, 'save' | 'keepsStates'>
  /** The checkpoint to go on from. Where running tasks are taken over: the last one stored. */
  readonly restored: CheckpointRecord | undefined
  readonly intervalMs: number | null
  readonly timeoutMs: number
  /** From the end of a checkpoint to the next at least; -1 for none. */
  readonly minPauseMs: number
  readonly progress: ProgressBook
  /** All tasks run: those that were deployed, or those that were taken over. */
  readonly onRunning?: () => void
  readonly onCheckpoint?: (news: CheckpointNews) => void
  readonly onPrint: (lines: readonly string[]) => void
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
}

/** States give way to rows for a part of the time that a checkpoint may take. */
const GIVE_WAY_SHARE = 0.25
const GIVE_WAY_MAX_MS = 8000

/**
 * One attempt at running a pipeline: places its tasks on members, or takes over those that run, drives
 * their checkpoints, and ends when all is committed or anything fails. `run` or `attach` is called, once.
 */
export class PipelineExecution {
  readonly #options: ExecutionOptions
  readonly #failure = Promise.withResolvers<never>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #crew: TaskCrew
  #execution: Execution
  #checkpoints: CheckpointDriver | null = null
  #draining = false
  #abandoned = false

  constructor(options: ExecutionOptions) {
    this.#options = options
    const { jobId, pipelineId, epoch, plan, tasks, hosts, places } = options
    this.#execution = {
      jobId,
      epoch,
      plan,
      vertexIds: tasks.vertexIds,
      tables: {},
      statesGiveWayMs: Math.min(GIVE_WAY_MAX_MS, options.timeoutMs * GIVE_WAY_SHARE),
      exactlyOnce: plan.env.processingGuarantee !== 'AT_LEAST_ONCE',
      rateLimit: {
        rowsPerSecond: plan.env.readLimitRowsPerSecond ?? Infinity,
        bytesPerSecond: plan.env.readLimitBytesPerSecond ?? Infinity,
      },
    }
    this.#crew = new TaskCrew({
      clock: options.host.clock,
      hosts,
      execution: { jobId, pipelineId, epoch },
      places,
      bundle: options.bundle ?? null,
      keepsStates: options.store.keepsStates,
      onReport: (task, report) => this.#reported(task, report),
      onFailure: (error) => this.fail(error),
    })
    this.#failure.promise.catch(() => undefined)
  }

  /** Starts the tasks. Rejects with the first failure; all tasks are gone or going when it settles. */
  run(): Promise<void> {
    return this.#runTasks(() => this.#start())
  }

  /**
   * Takes over the tasks of another coordinator, without stopping them. Rejects as `run` does, with
   * JOB-022 when they are not all there.
   */
  attach(): Promise<void> {
    return this.#runTasks(() => this.#takeOver())
  }

  /** Stops reading, lets what was read reach the sinks, commits it and ends. */
  drain(): void {
    this.#draining = true
    for (const group of this.#groups()) group.post({ kind: 'drain' })
  }

  /** Takes a checkpoint now, unless one is under way or tasks are still being started. */
  requestCheckpoint(): void {
    this.#checkpoints?.request()
  }

  fail(error: Error): void {
    this.#failure.reject(error)
  }

  /** Leaves the tasks to another coordinator: `run` or `attach` rejects with `reason`. */
  abandon(reason: Error): void {
    this.#abandoned = true
    this.#failure.reject(reason)
  }

  async #runTasks(begin: () => Promise<void>): Promise<void> {
    let completed = false
    try {
      await Promise.race([begin(), this.#failure.promise])
      await Promise.race([this.#ended.promise, this.#failure.promise])
      if (!this.#draining) await Promise.race([this.#finishCommitters(), this.#failure.promise])
      completed = true
    } finally {
      await this.#checkpoints?.stop()
      if (this.#abandoned) this.#crew.close()
      else await this.#crew.end(!completed)
    }
  }

  #enumerators(): (readonly [vertexId: number, task: TaskHandle])[] {
    const { enumerators } = this.#options.tasks
    return enumerators.map((id) => [id, this.#crew.task(`enumerator ${id}`)] as const)
  }

  #committers(): (readonly [vertexId: number, task: TaskHandle])[] {
    const { committers } = this.#options.tasks
    return committers.map((id) => [id, this.#crew.task(`committer ${id}`)] as const)
  }

  #groups(): TaskHandle[] {
    const { groupCount } = this.#options.tasks
    return Array.from({ length: groupCount }, (_, instance) => this.#crew.task(`group ${instance}`))
  }

  async #start(): Promise<void> {
    const { restored, tasks, plan } = this.#options
    await this.#crew.begin()
    this.#crew.release()
    // They load while the first enumerator looks at the tables.
    const vertices = tasks.vertexIds.map((id) => plan.vertices[id]!)
    for (const group of this.#groups()) group.post({ kind: 'load', vertices })
    const preparer = this.#enumerators()[0]![1]
    const restoring = restored !== undefined
    const execution = this.#execution
    const { tables } = await preparer.ask({ kind: 'prepare', execution, restoring }, 'prepared')
    this.#execution = { ...execution, tables }
    await this.#recoverSinks()
    if (restored?.ended === true) {
      this.#ended.resolve()
      return
    }
    this.#checkpoints = this.#createCheckpoints(undefined)
    await Promise.all([...this.#deployEnumerators(), this.#deployGroups()])
    if (this.#draining) this.drain()
    this.#checkpoints.start()
    this.#options.onRunning?.()
  }

  async #takeOver(): Promise<void> {
    const statuses = await this.#crew.attach()
    const running = statuses.filter(({ deployed }) => deployed)
    const missing = taskNames(this.#options.tasks).filter(
      (name) => !running.some(({ task }) => task === name),
    )
    if (missing.length > 0) {
      const text = `Pipeline ${this.#options.pipelineId} was not running as a whole: ${missing.join(', ')} had not begun, or had ended.`
      throw new EngineError('JOB-022', text, { retry: 'backoff' })
    }
    const triggeredId = Math.max(...statuses.map((status) => status.triggeredId))
    const completedId = Math.max(...statuses.map((status) => status.completedId))
    if (completedId > (this.#options.restored?.checkpointId ?? 0)) {
      // Only the final one is complete without being stored.
      this.#ended.resolve()
      return
    }
    this.#checkpoints = this.#createCheckpoints(triggeredId)
    this.#checkpoints.start()
    this.#tellAgain(statuses)
    this.#crew.release()
    this.#options.onRunning?.()
    if (this.#draining) this.drain()
  }

  /** Enumerators first: groups are asked for a checkpoint when all enumerators have saved theirs. */
  #tellAgain(statuses: readonly TaskStatus[]): void {
    const isGroup = ({ task }: TaskStatus): boolean => task.startsWith('group')
    const inOrder = [...statuses.filter((each) => !isGroup(each)), ...statuses.filter(isGroup)]
    for (const { task, retained } of inOrder) {
      for (const report of retained) this.#crew.task(task).receive(report)
    }
  }

  #createCheckpoints(triggeredId: number | undefined): CheckpointDriver {
    const { host, jobId, pipelineId, plan, tasks, restored, intervalMs } = this.#options
    const { timeoutMs, minPauseMs } = this.#options
    const notify = (targets: readonly TaskHandle[], checkpointId: number): void =>
      post(targets, { kind: 'completed', checkpointId })
    const enumerators = this.#enumerators().map(([, task]) => task)
    return new CheckpointDriver({
      host,
      jobId,
      pipelineId,
      vertexIds: tasks.vertexIds,
      operators: operatorsOf(plan, tasks.vertexIds),
      settings: {
        intervalMs,
        timeoutMs,
        minPauseMs,
        enumerators: tasks.enumerators,
        groupCount: tasks.groupCount,
      },
      stored: restored,
      triggeredId,
      triggerEnumerators: (checkpointId) => post(enumerators, { kind: 'trigger', checkpointId }),
      triggerGroups: (checkpointId) => post(this.#groups(), { kind: 'trigger', checkpointId }),
      store: (record) => this.#store(record),
      commit: (record) => this.#commitAll(record),
      notifyCompleted: (checkpointId) => {
        this.#options.progress.checkpointCompleted(checkpointId)
        notify(enumerators, checkpointId)
        notify(this.#groups(), checkpointId)
      },
      endsForGood: () => !this.#draining,
      onEnded: () => this.#ended.resolve(),
      fail: (error) => this.fail(error),
      onNews: (news) => this.#options.onCheckpoint?.(news),
    })
  }

  /** Commits what the restored checkpoint holds and removes all else that this job left behind. */
  async #recoverSinks(): Promise<void> {
    const execution = this.#execution
    const { restored } = this.#options
    for (const [vertexId, task] of this.#committers()) {
      await task.ask({ kind: 'deployCommitter', execution, vertexId }, 'deployed')
      if (restored !== undefined) await commit(task, restored, vertexId)
      await task.ask({ kind: 'abortOrphans' }, 'orphansAborted')
    }
  }

  #deployEnumerators(): Promise<unknown>[] {
    const { restored } = this.#options
    return this.#enumerators().map(([vertexId, task]) => {
      const state = restored?.enumerators[vertexId]
      const splits: Split[] = restored === undefined ? [] : begunSplitsOf(restored, vertexId)
      const execution = this.#execution
      return task.ask({ kind: 'deployEnumerator', execution, vertexId, state, splits }, 'deployed')
    })
  }

  async #deployGroups(): Promise<void> {
    const { restored, plan, tasks, places, host } = this.#options
    const groups = this.#groups()
    const edges = await connectGroups(groups, { plan, tasks, places, random: host.random })
    const execution = this.#execution
    await Promise.all(
      groups.map((task, instance) => {
        const states =
          restored === undefined ? [] : restoredFor(restored, plan, tasks.vertexIds, instance)
        const own = edges.filter((edge) => edge.from === instance || edge.to === instance)
        return task.ask(
          { kind: 'deployGroup', execution, instance, edges: own, restored: states },
          'deployed',
        )
      }),
    )
  }

  #reported(task: TaskName, report: TaskReport): void {
    const { progress, onPrint, onLog } = this.#options
    const number = Number(task.slice(task.indexOf(' ') + 1))
    switch (report.kind) {
      case 'enumerated':
        return this.#checkpoints?.enumerated(number, report.checkpointId, report.state)
      case 'splitCount':
        return progress.splitsFound(number, report.splitCount)
      case 'acknowledged':
        progress.acknowledged(number)
        return this.#checkpoints?.acknowledged(number, report.checkpointId, report.states)
      case 'drained':
        return this.#checkpoints?.drained(number)
      case 'progress':
        return progress.group(number, report.vertices, report.rejectedCount)
      case 'print':
        return onPrint(report.lines)
      case 'log':
        return onLog(report.level, report.message)
      default:
    }
  }

  /** The last one of a pipeline that leaves nothing to commit is not worth a file. */
  async #store(record: CheckpointRecord): Promise<number> {
    const { store, tasks } = this.#options
    const nothingToCommit = tasks.committers.every((id) => commitInfosOf(record, id).length === 0)
    return record.ended && nothingToCommit ? 0 : store.save(record)
  }

  async #commitAll(record: CheckpointRecord): Promise<void> {
    for (const [id, task] of this.#committers()) await commit(task, record, id)
  }

  async #finishCommitters(): Promise<void> {
    for (const [, task] of this.#committers()) await task.ask({ kind: 'finish' }, 'finished')
  }
}

/** The answer to a coordinator before this one may come first: it is not taken for ours. */
const commit = async (
  task: TaskHandle,
  record: CheckpointRecord,
  vertexId: number,
): Promise<void> => {
  const { checkpointId } = record
  const infos = commitInfosOf(record, vertexId)
  await task.ask(
    { kind: 'commit', checkpointId, infos },
    'committed',
    (report) => report.checkpointId === checkpointId,
  )
}

const post = (tasks: readonly TaskHandle[], command: Parameters<TaskHandle['post']>[0]): void => {
  for (const task of tasks) task.post(command)
}
