import { fromTaskError, type TaskReport } from '../tasks/index.ts'
import type { RemoteCommand } from '../workers/index.ts'

type ReportOf<Kind extends TaskReport['kind']> = Extract<TaskReport, { kind: Kind }>

export interface TaskHandleOptions {
  readonly send: (command: RemoteCommand) => void
  readonly onReport: (report: TaskReport) => void
  readonly onFailure: (error: Error) => void
}

/** A task as the coordinator sees it, wherever it runs. */
export class TaskHandle {
  readonly #options: TaskHandleOptions
  /** Takes the report that is waited for; false for one that is the answer to something else. */
  readonly #expected = new Map<TaskReport['kind'], (report: TaskReport) => boolean>()

  constructor(options: TaskHandleOptions) {
    this.#options = options
  }

  post(command: RemoteCommand): void {
    this.#options.send(command)
  }

  /** Posts a command and resolves with the first report of `kind` that follows and `matches`. */
  ask<Kind extends TaskReport['kind']>(
    command: RemoteCommand,
    kind: Kind,
    matches: (report: ReportOf<Kind>) => boolean = () => true,
  ): Promise<ReportOf<Kind>> {
    return new Promise((resolve) => {
      this.#expected.set(kind, (report) => {
        if (!matches(report as ReportOf<Kind>)) return false
        resolve(report as ReportOf<Kind>)
        return true
      })
      this.post(command)
    })
  }

  receive(report: TaskReport): void {
    if (report.kind === 'failed') {
      this.#options.onFailure(fromTaskError(report.error))
      return
    }
    const expected = this.#expected.get(report.kind)
    if (expected === undefined) {
      this.#options.onReport(report)
      return
    }
    if (expected(report)) this.#expected.delete(report.kind)
  }
}
