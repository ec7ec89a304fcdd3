import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { StateShelf } from '../states/index.ts'
import type { ExchangePlace, TaskCommand } from '../tasks/index.ts'
import { HostedExecution, type Relay } from './hostedExecution.ts'
import type { CodeLimits } from './codeWatch.ts'
import { withCode, type IsolatePool } from './isolatePool.ts'
import type { ExecutionId, HostCommand, HostLink, HostLinkEvents, TaskName } from './protocol.ts'

export interface TaskHostOptions {
  readonly host: Host
  readonly isolates: IsolatePool
  /** The id of this member; it changes when the member joins anew. */
  readonly self: () => string
  readonly exchange: ExchangePlace
  readonly relay: Relay
  /** The code of jobs; without it no job has any. */
  readonly code?: JobCodeShelf | undefined
  /** Where the states of operators are kept in the grid; without it all go to the coordinator. */
  readonly states?: StateShelf | undefined
  /** An execution was ended here without its coordinator: what it held is free. */
  readonly onForgotten?: (execution: ExecutionId) => void
}

/** The code of jobs on this member, by its content hash. */
export interface JobCodeShelf {
  readonly limits?: CodeLimits
  /** Where it is, once it is here. */
  pathOf(bundle: string): Promise<string>
  /** An execution with it begins, before it asks where it is, and has ended. */
  retain(bundle: string): void
  release(bundle: string): void
}

export interface TaskCounts {
  readonly begun: number
  readonly ended: number
}

/** On whose behalf commands come. */
export interface Coordinator {
  /** The term of its master. */
  readonly epoch: number
  /** The id of the member that it means: who has joined anew is another one. */
  readonly member: string
}

/** Runs the tasks that coordinators put on this member, by pipeline. Outlives the coordinators. */
export class TaskHost {
  readonly #options: TaskHostOptions
  readonly #executions = new Map<string, HostedExecution>()
  readonly #bundles = new WeakMap<HostedExecution, string>()
  /** Executions that are about to begin, one after the other, by pipeline. */
  readonly #beginnings = new Map<string, Promise<void>>()
  /** The highest term of a coordinator that was heard: lower ones are refused. */
  #coordinatorEpoch = 0
  #begun = 0
  #ended = 0

  constructor(options: TaskHostOptions) {
    this.#options = options
  }

  /** The executions that have tasks here. */
  executions(): HostedExecution[] {
    return [...this.#executions.values()]
  }

  /** Tasks that were begun here so far, and those of them that have ended, however. */
  counts(): TaskCounts {
    return { begun: this.#begun, ended: this.#ended }
  }

  /** Opens the way for a coordinator. */
  open(id: ExecutionId, { epoch, member }: Coordinator, events: HostLinkEvents): HostLink {
    let isOpen = true
    const onReport: HostLinkEvents['onReport'] = (report) => {
      if (isOpen) events.onReport(report)
    }
    const refuse = (reason: string): void => {
      isOpen = false
      events.onLost(new EngineError('JOB-022', reason))
    }
    return {
      send: (command) => {
        if (!isOpen) return
        if (member !== this.#options.self()) refuse('The member has joined anew.')
        else if (this.#isStale(epoch)) {
          refuse(`A coordinator of term ${this.#coordinatorEpoch} is obeyed, not of ${epoch}.`)
        } else this.#obey(id, command, onReport)
      },
      close: () => {
        this.#find(id)?.unlisten(onReport)
        isOpen = false
      },
    }
  }

  /** Takes what a task on another member has for one here. Throws JOB-022 when it is not here. */
  deliver(id: ExecutionId, task: TaskName, command: TaskCommand): void {
    const execution = this.#executions.get(keyOf(id))
    // What is left of an attempt that has ended meanwhile.
    if (execution !== undefined && execution.id.epoch > id.epoch) return
    if (execution === undefined || execution.id.epoch < id.epoch) {
      throw new EngineError('JOB-022', `${task} of pipeline ${id.pipelineId} does not run here.`)
    }
    execution.deliver(task, command)
  }

  /** Ends the tasks of one execution; what they have not committed is removed when `abort` is set. */
  async end(execution: HostedExecution, abort: boolean): Promise<void> {
    await execution.end(abort)
    if (this.#executions.get(keyOf(execution.id)) !== execution) return
    this.#executions.delete(keyOf(execution.id))
    this.#ended += execution.statuses.length
    const bundle = this.#bundles.get(execution)
    if (bundle !== undefined) this.#options.code?.release(bundle)
  }

  /** Ends an execution that no coordinator may or will ask for. */
  async forget(execution: HostedExecution, reason: string): Promise<void> {
    await Promise.all([execution.forget(reason), this.end(execution, true)])
    this.#options.onForgotten?.(execution.id)
  }

  /** This member leaves its cluster: all tasks end, and terms count anew in the next one. */
  async leave(reason: string): Promise<void> {
    this.#coordinatorEpoch = 0
    await Promise.all(this.executions().map((execution) => this.forget(execution, reason)))
  }

  #isStale(epoch: number): boolean {
    this.#coordinatorEpoch = Math.max(this.#coordinatorEpoch, epoch)
    return epoch < this.#coordinatorEpoch
  }

  #find(id: ExecutionId): HostedExecution | undefined {
    const execution = this.#executions.get(keyOf(id))
    return execution?.id.epoch === id.epoch ? execution : undefined
  }

  #obey(id: ExecutionId, command: HostCommand, onReport: HostLinkEvents['onReport']): void {
    const execution = this.#find(id)
    switch (command.kind) {
      case 'begin': {
        const before = this.#beginnings.get(keyOf(id)) ?? Promise.resolve()
        const begun = before.then(() => this.#begin(id, command, onReport))
        this.#beginnings.set(keyOf(id), begun)
        void begun.then(() => {
          if (this.#beginnings.get(keyOf(id)) === begun) this.#beginnings.delete(keyOf(id))
        })
        return
      }
      case 'attach':
        onReport({ kind: 'attached', tasks: execution?.statuses ?? [] })
        execution?.listen(onReport)
        return
      case 'task':
        if (execution === undefined) onReport({ kind: 'gone', reason: 'its tasks have ended' })
        else execution.command(command.task, command.command)
        return
      case 'end':
        void this.#endAsked(id, command.abort, onReport)
        return
      default:
        command satisfies never
    }
  }

  /** What an older attempt has left here is ended first: two must not write side by side. */
  async #begin(
    id: ExecutionId,
    { places, bundle, keepsStates }: Extract<HostCommand, { kind: 'begin' }>,
    onReport: HostLinkEvents['onReport'],
  ): Promise<void> {
    const older = this.#executions.get(keyOf(id))
    if (older !== undefined) await this.end(older, true)
    const { host, self, exchange, relay, states = null } = this.#options
    let failure: unknown
    if (bundle !== null) this.#options.code?.retain(bundle)
    const isolates = await this.#isolatesWith(bundle).catch((thrown: unknown) => {
      failure = thrown
      return this.#options.isolates
    })
    const execution = new HostedExecution({
      host,
      isolates,
      id,
      places,
      self: self(),
      exchange,
      relay,
      shelf: keepsStates ? states : null,
    })
    this.#executions.set(keyOf(id), execution)
    this.#begun += execution.statuses.length
    if (bundle !== null) this.#bundles.set(execution, bundle)
    execution.listen(onReport)
    onReport({ kind: 'begun' })
    if (failure !== undefined) execution.fail(failure as Error)
  }

  async #isolatesWith(bundle: string | null): Promise<IsolatePool> {
    const { host, isolates, code } = this.#options
    if (bundle === null || code === undefined) return isolates
    return withCode(host, isolates, await code.pathOf(bundle), code.limits)
  }

  async #endAsked(
    id: ExecutionId,
    abort: boolean,
    onReport: HostLinkEvents['onReport'],
  ): Promise<void> {
    await this.#beginnings.get(keyOf(id))
    const execution = this.#find(id)
    if (execution !== undefined) await this.end(execution, abort)
    onReport({ kind: 'ended' })
  }
}

const keyOf = ({ jobId, pipelineId }: ExecutionId): string => `${jobId}/${pipelineId}`
