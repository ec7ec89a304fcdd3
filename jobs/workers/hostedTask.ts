import type { Host } from '../../runtime/host/index.ts'
import { toTaskError, type TaskCommand, type TaskReport } from '../tasks/index.ts'
import type { TaskChannel } from './isolate.ts'
import type { TaskName, TaskStatus } from './protocol.ts'
import { StateCollector, type StateWay } from './stateCollector.ts'

/** How long a thread may take to close by itself, in milliseconds. */
const closeTimeoutMs = 2_000

export interface HostedTaskOptions {
  readonly host: Host
  readonly channel: TaskChannel
  readonly name: TaskName
  readonly onReport: (report: TaskReport) => void
  /** Of an enumerator: resolves when all that it has granted is with the groups; undefined: it is. */
  readonly grantsArrived: () => Promise<unknown> | undefined
  /** Null: states go to the coordinator with the acknowledgement. */
  readonly states: StateWay | null
}

/** A task in an isolate, and what a new coordinator must be told of it. */
export class HostedTask {
  readonly #options: HostedTaskOptions
  /** The last report of each kind that must not be lost. */
  readonly #retained = new Map<TaskReport['kind'], TaskReport>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #states: StateCollector
  /** The last progress that came while an acknowledgement waited: it counts later rows. */
  #heldProgress: TaskReport | null = null
  #isAcknowledging = false
  #closing = false
  /** The task has said so itself. */
  #hasClosed = false
  #deployed = false
  #triggeredId = 0
  #completedId = 0

  constructor(options: HostedTaskOptions) {
    this.#options = options
    const { channel, states } = options
    this.#states = new StateCollector({
      way: states,
      onArrived: (memory) =>
        channel.post({ kind: 'chunkArrived', memory }, memory === null ? [] : [memory]),
      onFailure: (error) => this.fail(error),
    })
    channel.onReport((report) => this.#receive(report))
    channel.onExit((error) => this.#exited(error))
  }

  get status(): TaskStatus {
    return {
      task: this.#options.name,
      deployed: this.#deployed,
      drained: this.#retained.has('drained'),
      triggeredId: this.#triggeredId,
      completedId: this.#completedId,
      retained: [...this.#retained.values()],
    }
  }

  post(command: TaskCommand): void {
    if (this.#closing) return
    if (command.kind === 'trigger') {
      // Who takes over triggers again what some tasks may not have heard of.
      if (command.checkpointId <= this.#triggeredId) return
      this.#triggeredId = command.checkpointId
    }
    if (command.kind === 'completed') {
      this.#completedId = command.checkpointId
      this.#release(command.checkpointId)
    }
    this.#options.channel.post(command)
  }

  /** Lets the task close what it has open, then lets the isolate go in any case. */
  async close(abort: boolean): Promise<void> {
    this.#closing = true
    const { host, channel } = this.#options
    const deadline = Promise.withResolvers<void>()
    const timer = host.clock.timer(closeTimeoutMs, () => deadline.resolve())
    channel.post({ kind: 'close', abort })
    // What is swept after the end must not be put back by what was on its way.
    const arrived = this.#closed.promise.then(() => this.#states.arrived())
    await Promise.race([arrived, deadline.promise])
    timer.cancel()
    channel.release(this.#hasClosed && !abort && !this.#retained.has('failed'))
  }

  /** Something around the task broke: for its coordinator it is the task that failed. */
  fail(error: Error): void {
    this.#receive({ kind: 'failed', error: toTaskError(error) })
  }

  /** Nobody asks for the states of a checkpoint that is complete. */
  #release(checkpointId: number): void {
    for (const kind of ['enumerated', 'acknowledged'] as const) {
      const report = this.#retained.get(kind) as { readonly checkpointId: number } | undefined
      if (report !== undefined && report.checkpointId <= checkpointId) this.#retained.delete(kind)
    }
  }

  #receive(report: TaskReport): void {
    if (report.kind === 'closed') {
      this.#hasClosed = true
      this.#closed.resolve()
      return
    }
    // What it prepared may be removed already: nobody shall count on it.
    if (this.#closing && report.kind !== 'print' && report.kind !== 'log') return
    switch (report.kind) {
      case 'enumerated':
        void this.#saved(report)
        return
      case 'stateChunk':
        this.#states.add(report)
        return
      case 'acknowledged':
        void this.#acknowledged(report)
        return
      case 'progress':
        if (this.#isAcknowledging) {
          this.#heldProgress = report
          return
        }
        this.#retained.set(report.kind, report)
        break
      case 'deployed':
        this.#deployed = true
        break
      case 'failed':
        if (this.#retained.has('failed')) return
        this.#retained.set(report.kind, report)
        break
      case 'drained':
      case 'splitCount':
        this.#retained.set(report.kind, report)
        break
      default:
    }
    this.#options.onReport(report)
  }

  /**
   * The coordinator triggers the groups next. What the enumerator granted before it saved must be
   * with its group by then: neither snapshot would hold it otherwise.
   */
  async #saved(report: TaskReport): Promise<void> {
    const arrived = this.#options.grantsArrived()
    if (arrived !== undefined) await arrived
    this.#retained.set(report.kind, report)
    this.#options.onReport(report)
  }

  /** Nobody shall count on a state before all of it has arrived. */
  async #acknowledged(report: Extract<TaskReport, { kind: 'acknowledged' }>): Promise<void> {
    const arrived = this.#states.arrived()
    this.#isAcknowledging = true
    if (arrived !== undefined) await arrived
    this.#isAcknowledging = false
    if (this.#closing || this.#retained.has('failed')) return
    const states = { ...report.states, ...this.#states.statesOf(report.checkpointId) }
    const whole = { ...report, states }
    this.#retained.set(report.kind, whole)
    this.#options.onReport(whole)
    const progress = this.#heldProgress
    this.#heldProgress = null
    if (progress !== null) this.#receive(progress)
  }

  #exited(error: Error | undefined): void {
    this.#closed.resolve()
    if (!this.#closing) {
      this.fail(error ?? new Error(`The isolate of ${this.#options.name} ended by itself`))
    }
  }
}
