import type { Host, Thread } from '../../runtime/host/index.ts'
import type { IsolatePool } from './isolatePool.ts'
import { fromTaskError, type TaskCommand, type TaskReport } from '../tasks/index.ts'

/** How long a thread may take to close by itself, in milliseconds. */
const closeTimeoutMs = 2_000

type ReportOf<Kind extends TaskReport['kind']> = Extract<TaskReport, { kind: Kind }>

export interface TaskThreadOptions {
  readonly host: Host
  readonly isolates: IsolatePool
  readonly name: string
  readonly onReport: (report: TaskReport) => void
  readonly onFailure: (error: Error) => void
}

/** An isolate as the coordinator sees it. */
export class TaskThread {
  readonly #options: TaskThreadOptions
  readonly #thread: Thread
  readonly #expected = new Map<TaskReport['kind'], (report: TaskReport) => void>()
  #closing = false

  constructor(options: TaskThreadOptions) {
    this.#options = options
    this.#thread = options.isolates.take(options.name)
    this.#thread.onMessage((message) => this.#receive(message as TaskReport))
    this.#thread.onExit((error) => this.#exited(error))
  }

  post(command: TaskCommand): void {
    this.#thread.post(command)
  }

  /** Posts a command and resolves with the first report of `kind` that follows. */
  ask<Kind extends TaskReport['kind']>(command: TaskCommand, kind: Kind): Promise<ReportOf<Kind>> {
    return new Promise((resolve) => {
      this.#expected.set(kind, (report) => resolve(report as ReportOf<Kind>))
      this.post(command)
    })
  }

  /** Lets the isolate close what it has open, then has the thread ended in any case. */
  async close(abort: boolean): Promise<void> {
    this.#closing = true
    const deadline = Promise.withResolvers<void>()
    const timer = this.#options.host.clock.timer(closeTimeoutMs, () => deadline.resolve())
    await Promise.race([this.ask({ kind: 'close', abort }, 'closed'), deadline.promise])
    timer.cancel()
    void this.#thread.terminate()
  }

  #receive(report: TaskReport): void {
    if (report.kind === 'failed') {
      if (!this.#closing) this.#options.onFailure(fromTaskError(report.error))
      return
    }
    const expected = this.#expected.get(report.kind)
    if (expected === undefined) {
      this.#options.onReport(report)
      return
    }
    this.#expected.delete(report.kind)
    expected(report)
  }

  #exited(error: Error | undefined): void {
    if (this.#closing) return
    this.#options.onFailure(error ?? new Error(`The isolate ${this.#options.name} ended by itself`))
  }
}
