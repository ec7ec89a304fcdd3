import type { IsolatePool } from '../workers/index.ts'
import type { CheckpointStore } from './checkpointStore.ts'
import type { JobProgress } from './progress.ts'

/** What the engine's configuration says where a job's env says nothing; milliseconds. */
export interface EngineDefaults {
  readonly checkpointIntervalMs: number
  readonly checkpointTimeoutMs: number
  /** How long the record of an ended job is kept. */
  readonly historyExpiryMs: number
}

export interface RunOptions {
  readonly jobId: string
  readonly store: CheckpointStore
  readonly isolates: IsolatePool
  readonly defaults: EngineDefaults
  /** Go on from the newest checkpoint of each pipeline; from the start where there is none. */
  readonly restore: boolean
  /** The job file as it was named. */
  readonly source: string
  readonly onPrint: (lines: readonly string[]) => void
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** Called when counts have changed: some times a second. */
  readonly onProgress?: (progress: JobProgress) => void
}
