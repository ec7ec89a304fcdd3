import type { Host, Timer } from '../../runtime/host/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { CommitInfo, Split } from '../connectors/index.ts'
import type { Plan } from '../plan/index.ts'
import type { Execution, TaskCommand, TaskReport } from '../tasks/index.ts'
import {
  begunSplitsOf,
  commitInfosOf,
  restoredFor,
  type CheckpointRecord,
} from './checkpointRecord.ts'
import {
  startCheckpoints,
  stepCheckpoints,
  type CheckpointEffect,
  type CheckpointEvent,
  type CheckpointState,
} from './checkpoints.ts'
import type { CheckpointStore } from './checkpointStore.ts'
import type { PipelineTasks } from './pipelineTasks.ts'
import type { ProgressBook } from './progress.ts'
import { ringsOf } from './rings.ts'
import { TaskThread } from './taskThread.ts'

export interface ExecutionOptions {
  readonly host: Host
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
 * One attempt at running a pipeline: starts its isolates, drives its checkpoints, and ends when all
 * is committed or anything fails. `run` is called once.
 */
export class PipelineExecution {
  readonly #options: ExecutionOptions
  readonly #failure = Promise.withResolvers<never>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #enumerators = new Map<number, TaskThread>()
  readonly #committers = new Map<number, TaskThread>()
  readonly #groups: TaskThread[] = []
  readonly #heldGrants: (() => void)[] = []
  #execution: Execution
  #checkpoints: CheckpointState | null = null
  #saved: { enumerators: { [id: number]: JsonValue }; groups: { [id: number]: unknown }[] } = {
    enumerators: {},
    groups: [],
  }
  #record: CheckpointRecord | null = null
  #timer: Timer | null = null
  #draining = false

  constructor(options: ExecutionOptions) {
    this.#options = options
    this.#execution = {
      jobId: options.jobId,
      epoch: options.epoch,
      plan: options.plan,
      vertexIds: options.tasks.vertexIds,
      tables: {},
      exactlyOnce: true,
      rateLimit: {
        rowsPerSecond: options.plan.env.readLimitRowsPerSecond ?? Infinity,
        bytesPerSecond: options.plan.env.readLimitBytesPerSecond ?? Infinity,
      },
    }
    this.#failure.promise.catch(() => undefined)
  }

  /** Rejects with the first failure; all isolates are gone when it settles. */
  async run(): Promise<void> {
    let completed = false
    try {
      this.#spawn()
      await Promise.race([this.#start(), this.#failure.promise])
      await Promise.race([this.#ended.promise, this.#failure.promise])
      if (!this.#draining) await Promise.race([this.#finishCommitters(), this.#failure.promise])
      completed = true
    } finally {
      this.#timer?.cancel()
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
    const { tasks, host, pipelineId } = this.#options
    const spawn = (name: string, onReport: (report: TaskReport) => void): TaskThread =>
      new TaskThread(host, `pipeline-${pipelineId} ${name}`, onReport, (error) => this.fail(error))
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
  }

  async #start(): Promise<void> {
    const { restored, tasks, host } = this.#options
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
    const { intervalMs, timeoutMs, plan } = this.#options
    const step = startCheckpoints(
      {
        intervalMs,
        timeoutMs,
        minPauseMs: plan.env.checkpointMinPauseMs,
        enumerators: tasks.enumerators,
        groupCount: tasks.groupCount,
      },
      restored?.checkpointId ?? 0,
      host.clock.now(),
    )
    this.#checkpoints = step.state
    await Promise.all([...this.#deployEnumerators(), ...this.#deployGroups()])
    if (this.#draining) this.drain()
    this.#perform(step.effects)
  }

  /** Commits what the restored checkpoint holds and removes all else that this job left behind. */
  async #recoverSinks(): Promise<void> {
    const execution = this.#execution
    const { restored } = this.#options
    for (const [vertexId, thread] of this.#committers) {
      await thread.ask({ kind: 'deployCommitter', execution, vertexId }, 'deployed')
      if (restored !== undefined) await this.#commit(thread, commitInfosOf(restored, vertexId))
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
        if (this.#checkpoints?.phase === 'enumerating') this.#heldGrants.push(grant)
        else grant()
        return
      }
      case 'enumerated':
        this.#saved.enumerators[vertexId] = report.state
        this.#step({
          kind: 'enumeratorAcknowledged',
          checkpointId: report.checkpointId,
          vertexId,
        })
        return
      case 'splitCount':
        return this.#options.progress.splitsFound(vertexId, report.splitCount)
      default:
        this.#commonReport(report)
    }
  }

  #groupReported(instance: number, report: TaskReport): void {
    switch (report.kind) {
      case 'requestSplit':
        return this.#enumerators.get(report.vertexId)?.post({ kind: 'requestSplit', instance })
      case 'acknowledged':
        this.#saved.groups[instance] = report.states
        this.#options.progress.acknowledged(instance)
        return this.#step({
          kind: 'groupAcknowledged',
          checkpointId: report.checkpointId,
          group: instance,
        })
      case 'drained':
        return this.#step({ kind: 'drained', group: instance })
      case 'progress':
        return this.#options.progress.group(instance, report.vertices, report.rejectedCount)
      default:
        this.#commonReport(report)
    }
  }

  #commonReport(report: TaskReport): void {
    if (report.kind === 'print') this.#options.onPrint(report.lines)
    if (report.kind === 'log') this.#options.onLog(report.level, report.message)
  }

  #step(event: CheckpointEvent): void {
    if (this.#checkpoints === null) return
    const step = stepCheckpoints(this.#checkpoints, event, this.#options.host.clock.now())
    this.#checkpoints = step.state
    this.#perform(step.effects)
  }

  #perform(effects: readonly CheckpointEffect[]): void {
    for (const effect of effects) this.#performOne(effect)
  }

  #performOne(effect: CheckpointEffect): void {
    switch (effect.kind) {
      case 'triggerEnumerators':
        return post(this.#enumerators.values(), { ...effect, kind: 'trigger' })
      case 'triggerGroups':
        for (const grant of this.#heldGrants.splice(0)) grant()
        return post(this.#groups, { ...effect, kind: 'trigger' })
      case 'store':
        return this.#inBackground(this.#store(effect.checkpointId, effect.final), 'stored')
      case 'commit':
        return this.#inBackground(this.#commitAll(), 'committed')
      case 'notifyCompleted':
        this.#options.progress.checkpointCompleted(effect.checkpointId)
        return post([...this.#enumerators.values(), ...this.#groups], {
          kind: 'completed',
          checkpointId: effect.checkpointId,
        })
      case 'wakeAt':
        return this.#wakeAt(effect.atMs)
      case 'ended':
        return this.#ended.resolve()
      case 'expired':
        return this.fail(
          new EngineError('CKP-003', `Checkpoint ${effect.checkpointId} timed out.`, {
            retry: 'backoff',
          }),
        )
      default:
        return effect satisfies never
    }
  }

  #inBackground(work: Promise<void>, kind: 'stored' | 'committed'): void {
    work.then(
      () => this.#step({ kind }),
      (error: Error) => this.fail(error),
    )
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#options.host
    this.#timer?.cancel()
    this.#timer = clock.timer(Math.max(0, atMs - clock.now()), () => this.#step({ kind: 'time' }))
  }

  async #store(checkpointId: number, final: boolean): Promise<void> {
    const { jobId, pipelineId, host, store, tasks } = this.#options
    const vertices: { [vertexId: number]: unknown[] } = {}
    for (const id of tasks.vertexIds) {
      vertices[id] = this.#saved.groups.flatMap((states) => (id in states ? [states[id]] : []))
    }
    const { enumerators } = this.#saved
    const ended = final && !this.#draining
    const takenAtMs = host.clock.now()
    const identity = { jobId, pipelineId, checkpointId, takenAtMs, ended }
    this.#record = { ...identity, enumerators, vertices }
    this.#saved = { enumerators: {}, groups: [] }
    const nothingToCommit = tasks.committers.every(
      (id) => commitInfosOf(this.#record!, id).length === 0,
    )
    if (!ended || !nothingToCommit) await store.save(this.#record)
  }

  async #commitAll(): Promise<void> {
    const record = this.#record!
    for (const [vertexId, thread] of this.#committers) {
      await this.#commit(thread, commitInfosOf(record, vertexId))
    }
  }

  async #commit(thread: TaskThread, infos: readonly CommitInfo[]): Promise<void> {
    await thread.ask({ kind: 'commit', infos }, 'committed')
  }

  async #finishCommitters(): Promise<void> {
    for (const thread of this.#committers.values()) {
      await thread.ask({ kind: 'finish' }, 'finished')
    }
  }
}

const post = (threads: Iterable<TaskThread>, command: TaskCommand): void => {
  for (const thread of threads) thread.post(command)
}
