import type { Host } from '../../runtime/host/index.ts'
import type { CommitInfo, Split } from '../connectors/index.ts'
import type { Plan } from '../plan/index.ts'
import type { Execution, TaskCommand, TaskReport } from '../tasks/index.ts'
import { CheckpointDriver } from './checkpointDriver.ts'
import {
  begunSplitsOf,
  commitInfosOf,
  restoredFor,
  type CheckpointRecord,
} from './checkpointRecord.ts'
import type { CheckpointStore } from './checkpointStore.ts'
import type { IsolatePool } from './isolatePool.ts'
import type { PipelineTasks } from './pipelineTasks.ts'
import type { ProgressBook } from './progress.ts'
import { ringsOf } from './rings.ts'
import { TaskThread } from './taskThread.ts'

export interface ExecutionOptions {
  readonly host: Host
  readonly isolates: IsolatePool
  readonly jobId: string
  readonly epoch: number
  readonly plan: Plan
  readonly pipelineId: number
  readonly tasks: PipelineTasks
  readonly store: CheckpointStore
  readonly restored: CheckpointRecord | undefined
  readonly intervalMs: number | null
  readonly timeoutMs: number
  readonly progress: ProgressBook
  readonly onPrint: (lines: readonly string[]) => void
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
}

/**
 * One attempt at running a pipeline: starts its isolates, passes on what they tell each other, and
 * ends when all is committed or anything fails. `run` is called once.
 */
export class PipelineExecution {
  readonly #options: ExecutionOptions
  readonly #failure = Promise.withResolvers<never>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #enumerators = new Map<number, TaskThread>()
  readonly #committers = new Map<number, TaskThread>()
  readonly #groups: TaskThread[] = []
  /** The enumerators that have saved while others have not: the groups are not triggered yet. */
  readonly #savedEnumerators = new Set<number>()
  /** Splits that such an enumerator gave out since: they belong behind the barrier. */
  readonly #heldGrants: (() => void)[] = []
  #execution: Execution
  #checkpoints: CheckpointDriver | null = null
  #draining = false

  constructor(options: ExecutionOptions) {
    this.#options = options
    const { jobId, epoch, plan, tasks } = options
    this.#execution = {
      jobId,
      epoch,
      plan,
      vertexIds: tasks.vertexIds,
      tables: {},
      exactlyOnce: true,
      rateLimit: {
        rowsPerSecond: plan.env.readLimitRowsPerSecond ?? Infinity,
        bytesPerSecond: plan.env.readLimitBytesPerSecond ?? Infinity,
      },
    }
    this.#failure.promise.catch(() => undefined)
  }

  /** Rejects with the first failure; all isolates are gone or going when it settles. */
  async run(): Promise<void> {
    let completed = false
    try {
      this.#spawn()
      await Promise.race([this.#start(), this.#failure.promise])
      await Promise.race([this.#ended.promise, this.#failure.promise])
      if (!this.#draining) await Promise.race([this.#finishCommitters(), this.#failure.promise])
      completed = true
    } finally {
      this.#checkpoints?.stop()
      await Promise.all(this.#threads().map((thread) => thread.close(!completed)))
    }
  }

  /** Stops reading, lets what was read reach the sinks, commits it and ends. */
  drain(): void {
    this.#draining = true
    for (const group of this.#groups) group.post({ kind: 'drain' })
  }

  fail(error: Error): void {
    this.#failure.reject(error)
  }

  #threads(): TaskThread[] {
    return [...this.#enumerators.values(), ...this.#committers.values(), ...this.#groups]
  }

  #spawn(): void {
    const { tasks, host, isolates, pipelineId, plan } = this.#options
    const spawn = (name: string, onReport: (report: TaskReport) => void): TaskThread =>
      new TaskThread({
        host,
        isolates,
        name: `pipeline-${pipelineId} ${name}`,
        onReport,
        onFailure: (error) => this.fail(error),
      })
    for (const id of tasks.enumerators) {
      const onReport = (report: TaskReport): void => this.#enumeratorReported(id, report)
      this.#enumerators.set(id, spawn(`enumerator ${id}`, onReport))
    }
    for (let instance = 0; instance < tasks.groupCount; instance += 1) {
      const onReport = (report: TaskReport): void => this.#groupReported(instance, report)
      this.#groups.push(spawn(`group ${instance}`, onReport))
    }
    for (const id of tasks.committers) {
      this.#committers.set(
        id,
        spawn(`committer ${id}`, (report) => this.#commonReport(report)),
      )
    }
    // They load while the first enumerator looks at the tables.
    post(this.#groups, { kind: 'load', vertices: tasks.vertexIds.map((id) => plan.vertices[id]!) })
  }

  async #start(): Promise<void> {
    const { restored } = this.#options
    const preparer = this.#enumerators.values().next().value!
    const restoring = restored !== undefined
    const prepare: TaskCommand = { kind: 'prepare', execution: this.#execution, restoring }
    const { tables } = await preparer.ask(prepare, 'prepared')
    this.#execution = { ...this.#execution, tables }
    await this.#recoverSinks()
    if (restored?.ended === true) {
      this.#ended.resolve()
      return
    }
    this.#checkpoints = this.#createCheckpoints()
    await Promise.all([...this.#deployEnumerators(), ...this.#deployGroups()])
    if (this.#draining) this.drain()
    this.#checkpoints.start()
  }

  #createCheckpoints(): CheckpointDriver {
    const { host, jobId, pipelineId, plan, tasks, restored, intervalMs, timeoutMs } = this.#options
    return new CheckpointDriver({
      host,
      jobId,
      pipelineId,
      vertexIds: tasks.vertexIds,
      settings: {
        intervalMs,
        timeoutMs,
        minPauseMs: plan.env.checkpointMinPauseMs,
        enumerators: tasks.enumerators,
        groupCount: tasks.groupCount,
      },
      lastCheckpointId: restored?.checkpointId ?? 0,
      triggerEnumerators: (checkpointId) =>
        post(this.#enumerators.values(), { kind: 'trigger', checkpointId }),
      triggerGroups: (checkpointId) => {
        post(this.#groups, { kind: 'trigger', checkpointId })
        for (const grant of this.#heldGrants.splice(0)) grant()
        this.#savedEnumerators.clear()
      },
      store: (record) => this.#store(record),
      commit: (record) => this.#commitAll(record),
      notifyCompleted: (checkpointId) => {
        this.#options.progress.checkpointCompleted(checkpointId)
        post(this.#enumerators.values(), { kind: 'completed', checkpointId })
        post(this.#groups, { kind: 'completed', checkpointId })
      },
      endsForGood: () => !this.#draining,
      onEnded: () => this.#ended.resolve(),
      fail: (error) => this.fail(error),
    })
  }

  /** Commits what the restored checkpoint holds and removes all else that this job left behind. */
  async #recoverSinks(): Promise<void> {
    const execution = this.#execution
    const { restored } = this.#options
    for (const [vertexId, thread] of this.#committers) {
      await thread.ask({ kind: 'deployCommitter', execution, vertexId }, 'deployed')
      if (restored !== undefined) await commit(thread, commitInfosOf(restored, vertexId))
      await thread.ask({ kind: 'abortOrphans' }, 'orphansAborted')
    }
  }

  #deployEnumerators(): Promise<unknown>[] {
    const { restored } = this.#options
    return [...this.#enumerators].map(([vertexId, thread]) => {
      const state = restored?.enumerators[vertexId]
      const splits: Split[] = restored === undefined ? [] : begunSplitsOf(restored, vertexId)
      const execution = this.#execution
      return thread.ask(
        { kind: 'deployEnumerator', execution, vertexId, state, splits },
        'deployed',
      )
    })
  }

  #deployGroups(): Promise<unknown>[] {
    const { restored, plan, tasks } = this.#options
    const allRings = ringsOf(plan, tasks.vertexIds)
    return this.#groups.map((thread, instance) => {
      const states =
        restored === undefined ? [] : restoredFor(restored, plan, tasks.vertexIds, instance)
      const execution = this.#execution
      const rings = allRings.filter((ring) => ring.from === instance || ring.to === instance)
      return thread.ask(
        { kind: 'deployGroup', execution, instance, rings, restored: states },
        'deployed',
      )
    })
  }

  #enumeratorReported(vertexId: number, report: TaskReport): void {
    switch (report.kind) {
      case 'granted': {
        const { instance, split } = report
        const grant = (): void => this.#groups[instance]!.post({ kind: 'split', vertexId, split })
        if (this.#savedEnumerators.has(vertexId)) this.#heldGrants.push(grant)
        else grant()
        return
      }
      case 'enumerated':
        this.#savedEnumerators.add(vertexId)
        return this.#checkpoints?.enumerated(vertexId, report.checkpointId, report.state)
      case 'splitCount':
        return this.#options.progress.splitsFound(vertexId, report.splitCount)
      default:
        this.#commonReport(report)
    }
  }

  #groupReported(instance: number, report: TaskReport): void {
    const { progress } = this.#options
    switch (report.kind) {
      case 'requestSplit':
        return this.#enumerators.get(report.vertexId)?.post({ kind: 'requestSplit', instance })
      case 'acknowledged':
        progress.acknowledged(instance)
        return this.#checkpoints?.acknowledged(instance, report.checkpointId, report.states)
      case 'drained':
        return this.#checkpoints?.drained(instance)
      case 'progress':
        return progress.group(instance, report.vertices, report.rejectedCount)
      default:
        this.#commonReport(report)
    }
  }

  #commonReport(report: TaskReport): void {
    if (report.kind === 'print') this.#options.onPrint(report.lines)
    if (report.kind === 'log') this.#options.onLog(report.level, report.message)
  }

  /** The last one of a pipeline that leaves nothing to commit is not worth a file. */
  async #store(record: CheckpointRecord): Promise<void> {
    const { store, tasks } = this.#options
    const nothingToCommit = tasks.committers.every((id) => commitInfosOf(record, id).length === 0)
    if (!record.ended || !nothingToCommit) await store.save(record)
  }

  async #commitAll(record: CheckpointRecord): Promise<void> {
    for (const [id, thread] of this.#committers) await commit(thread, commitInfosOf(record, id))
  }

  async #finishCommitters(): Promise<void> {
    for (const thread of this.#committers.values()) {
      await thread.ask({ kind: 'finish' }, 'finished')
    }
  }
}

const commit = async (thread: TaskThread, infos: readonly CommitInfo[]): Promise<void> => {
  await thread.ask({ kind: 'commit', infos }, 'committed')
}

const post = (threads: Iterable<TaskThread>, command: TaskCommand): void => {
  for (const thread of threads) thread.post(command)
}
