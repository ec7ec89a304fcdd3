import type { ClientSettings } from '../../members/grid/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { ConnectorContext, RejectedRow } from '../connectors/index.ts'
import type { JobCode } from '../code/index.ts'
import type { Vertex } from '../plan/index.ts'
import type { Execution, LogLevel, TaskReport } from './messages.ts'

/** What a task has of the isolate that it runs in. */
export interface TaskEnvironment {
  readonly host: Host
  readonly report: (report: TaskReport) => void
  readonly fail: (thrown: unknown, vertexName?: string) => void
  readonly signal: AbortSignal
  /** The code of the job, once it is loaded. */
  readonly code: () => JobCode | undefined
  /** How to reach the grid of the cluster; undefined where there is none. */
  readonly grid: () => ClientSettings | undefined
}

export interface ContextPlace {
  readonly execution: Execution
  readonly vertex: Vertex
  readonly instance: number
  readonly reject: (row: RejectedRow) => void
}

/** Lines are sent to the coordinator when this many wait, or when the group pauses. */
const linesMax = 512

/** Gathers printed lines so that a line does not cost a message between threads. */
export class Printer {
  readonly #report: (report: TaskReport) => void
  #lines: string[] = []

  constructor(report: (report: TaskReport) => void) {
    this.#report = report
  }

  print(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length >= linesMax) this.flush()
  }

  flush(): void {
    if (this.#lines.length === 0) return
    this.#report({ kind: 'print', lines: this.#lines })
    this.#lines = []
  }
}

export const connectorContext = (
  environment: TaskEnvironment,
  printer: Printer,
  place: ContextPlace,
): ConnectorContext => ({
  host: environment.host,
  jobId: place.execution.jobId,
  jobMode: place.execution.plan.env.mode,
  vertex: place.vertex,
  instance: place.instance,
  parallelism: place.vertex.parallelism,
  code: environment.code(),
  grid: environment.grid(),
  log: (level: LogLevel, message: string) =>
    environment.report({ kind: 'log', level, message: `${place.vertex.name}: ${message}` }),
  print: (line: string) => printer.print(line),
  signal: environment.signal,
  reject: place.reject,
})
