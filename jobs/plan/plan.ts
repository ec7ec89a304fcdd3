import type { JsonValue } from '../../runtime/config/index.ts'
import type { Place } from '../../runtime/errors/index.ts'

/**
 * A job as data: what every front end yields and what the linter, planner, coordinator and page
 * read. Frozen and JSON-safe.
 */
export interface Plan {
  readonly name: string
  readonly env: JobEnvironment
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
}

export interface JobEnvironment {
  readonly mode: 'BATCH' | 'STREAMING'
  readonly parallelism: number
  readonly retryTimes: number
  readonly retryIntervalSeconds: number
  /** Undefined: no checkpoints in a batch job, the engine's interval in a streaming one. */
  readonly checkpointIntervalMs?: number
  readonly checkpointTimeoutMs?: number
  readonly checkpointMinPauseMs: number
  /** Whether barriers are aligned; EXACTLY_ONCE unless given. */
  readonly processingGuarantee?: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE'
  readonly readLimitRowsPerSecond?: number
  readonly readLimitBytesPerSecond?: number
  readonly tagFilter?: { readonly [tag: string]: string }
  /** It runs only where more than half of the members are that there were when it was submitted. */
  readonly splitBrainProtection?: boolean
  readonly deadLetters: DeadLetterPolicy
  /** The env block as written, for those who show it. */
  readonly raw: { readonly [key: string]: JsonValue }
}

/** What happens to a row that a connector or transform cannot handle. */
export interface DeadLetterPolicy {
  readonly mode: 'FAIL' | 'SKIP' | 'ROUTE'
  /** For ROUTE: the output name that a sink reads the rows from. */
  readonly output?: string
  /** The job fails when more rows than this were rejected. */
  readonly maxCount?: number
  /** The job fails when more than this share of the rows read was rejected, from 1,000 rows on. */
  readonly maxPercent?: number
}

export type VertexKind = 'source' | 'transform' | 'sink'

export interface Vertex {
  /** Position in `Plan.vertices`, from 0. */
  readonly id: number
  readonly kind: VertexKind
  /** The connector or transform as its registry spells it. */
  readonly plugin: string
  /** `Source[0]-FakeSource`, `Transform[1]-Sql`, `Sink[0]-Console-MultiTableSink`: stable over restarts. */
  readonly name: string
  readonly parallelism: number
  /** Parsed and with defaults, as the plugin's spec says. */
  readonly options: { readonly [key: string]: JsonValue | undefined }
  readonly input: readonly string[]
  readonly output: string | null
  readonly at: Place
  /** Where each option was written, by key. */
  readonly optionPlaces: { readonly [key: string]: Place }
}

export interface Edge {
  readonly from: number
  readonly to: number
  /**
   * `forward` keeps rows in their instance; `keyed` sends rows with equal key columns to one
   * instance; `rebalance` spreads them; `broadcast` gives each instance all rows.
   */
  readonly partitioning:
    | { readonly kind: 'forward' | 'rebalance' | 'broadcast' }
    | { readonly kind: 'keyed'; readonly columns: readonly string[] }
}
