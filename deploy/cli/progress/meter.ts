import type { JobProgress } from '../../../jobs/coordinator/index.ts'
import { bytesText, countText, durationText } from './numbers.ts'

/** Turns snapshots of progress into lines of text. */
export interface ProgressMeter {
  /** The line for a snapshot taken at `nowMs` on a clock that never goes back. */
  line(progress: JobProgress, nowMs: number): string
}

/** A rate over less than this is noise. */
const RATE_WINDOW_MIN_MS = 200

export interface MeterOptions {
  readonly startMs: number
  /** The job ends by itself, so that the time that is left can be estimated. */
  readonly isBounded: boolean
  /** No transform may drop or add rows: what was read and is not written is the lag. */
  readonly showsLag: boolean
}

export const createProgressMeter = ({
  startMs,
  isBounded,
  showsLag,
}: MeterOptions): ProgressMeter => {
  let rowsBefore = 0
  let measuredAtMs = startMs
  let rowsPerSecond = 0

  const measureRate = (rows: number, nowMs: number): void => {
    const elapsedMs = nowMs - measuredAtMs
    if (elapsedMs < RATE_WINDOW_MIN_MS) return
    rowsPerSecond = ((rows - rowsBefore) * 1000) / elapsedMs
    rowsBefore = rows
    measuredAtMs = nowMs
  }

  const remainingText = (progress: JobProgress, nowMs: number): string[] => {
    const { splitsDone, splitsFound } = progress
    if (!isBounded || splitsFound === undefined || splitsDone === 0 || splitsDone >= splitsFound) {
      return []
    }
    const remainingMs = ((nowMs - startMs) * (splitsFound - splitsDone)) / splitsDone
    return [`ETA ${durationText(remainingMs)}`]
  }

  return {
    line(progress, nowMs) {
      measureRate(progress.sourceRows, nowMs)
      const { splitsDone, splitsFound, lastCheckpointId } = progress
      const splits = splitsFound === undefined ? '' : `/${countText(splitsFound)}`
      return [
        `${countText(progress.sourceRows)} rows read`,
        ...(progress.sourceBytes > 0 ? [bytesText(progress.sourceBytes)] : []),
        `${countText(progress.sinkRows)} written`,
        `${countText(rowsPerSecond)} rows/s`,
        ...(showsLag ? [`lag ${countText(progress.sourceRows - progress.sinkRows)}`] : []),
        `splits ${countText(splitsDone)}${splits}`,
        ...(progress.rejectedRows > 0 ? [`${countText(progress.rejectedRows)} rejected`] : []),
        ...(lastCheckpointId > 0 ? [`checkpoint ${lastCheckpointId}`] : []),
        ...remainingText(progress, nowMs),
      ].join('  ')
    },
  }
}
