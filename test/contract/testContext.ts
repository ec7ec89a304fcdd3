import type { ConnectorContext, RejectedRow } from '../../jobs/connectors/index.ts'
import type { Vertex } from '../../jobs/plan/index.ts'
import { createRealHost, type Host } from '../../runtime/host/index.ts'

/** A connector's context that remembers what the connector did with it. */
export interface TestContext extends ConnectorContext {
  readonly printed: string[]
  readonly logged: string[]
  readonly rejected: RejectedRow[]
  /** Cancels the job. */
  cancel(): void
}

export interface TestContextOptions {
  readonly host?: Host
  readonly jobId?: string
  readonly jobMode?: 'BATCH' | 'STREAMING'
  readonly instance?: number
  readonly parallelism?: number
  readonly output?: string | null
  /** The grid of the cluster that runs the job. */
  readonly grid?: ConnectorContext['grid']
  /** What happens to a rejected row after it was remembered; fails the test by default. */
  readonly reject?: (row: RejectedRow) => void
}

const at = { file: 'test.conf', line: 1, column: 1 }

/** A context on the real machine, or on the host that a test gives. */
export const testContext = (options: TestContextOptions = {}): TestContext => {
  const cancellation = new AbortController()
  const printed: string[] = []
  const logged: string[] = []
  const rejected: RejectedRow[] = []
  const { instance = 0, parallelism = 1, output = null } = options
  const vertex: Vertex = {
    id: 0,
    kind: 'source',
    plugin: 'Test',
    name: 'Source[0]-Test',
    parallelism,
    options: {},
    input: [],
    output,
    at,
    optionPlaces: {},
  }
  return {
    host: options.host ?? createRealHost(),
    jobId: options.jobId ?? 'test-job',
    jobMode: options.jobMode ?? 'BATCH',
    vertex,
    instance,
    parallelism,
    grid: options.grid,
    log: (level, message) => logged.push(`${level} ${message}`),
    print: (line) => printed.push(line),
    signal: cancellation.signal,
    reject(row) {
      rejected.push(row)
      if (options.reject === undefined) throw row.error
      options.reject(row)
    },
    printed,
    logged,
    rejected,
    cancel: () => cancellation.abort(),
  }
}
