import type { AllocationStrategy } from '../../members/slots/index.ts'
import type { StorageSettings } from '../coordinator/index.ts'
import type { EventReportSettings } from './eventReport.ts'

/** What the engine's configuration says about jobs; milliseconds. */
export interface JobSettings {
  /** job-schedule-strategy */
  readonly scheduleStrategy: 'WAIT' | 'REJECT'
  /** slot-service.slot-allocate-strategy */
  readonly allocationStrategy: AllocationStrategy
  /** history-job-expire-minutes */
  readonly historyExpiryMs: number
  /** checkpoint.interval, for streaming jobs that do not say */
  readonly checkpointIntervalMs: number
  /** checkpoint.timeout */
  readonly checkpointTimeoutMs: number
  /** checkpoint.min-pause, for jobs that do not say; -1 for none */
  readonly checkpointMinPauseMs: number
  readonly storage: StorageSettings
  /** job-metrics-backup-interval */
  readonly backupIntervalMs: number
  /** print-execution-info-interval; 0 for never */
  readonly printIntervalMs: number
  /** event-report-http */
  readonly eventReport?: EventReportSettings
}
