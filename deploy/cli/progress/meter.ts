import { bytesText, countText, durationText } from './numbers.ts'

/** How far a job is, as the engine tells it now and then. */
export interface JobProgress {
  readonly state: string
  readonly sourceRows: number
  readonly sourceBytes: number
  readonly sinkRows: number
  readonly committedRows: number
  readonly splitsDone: number
  /** Undefined while a source cannot tell. */
  readonly splitsFound?: number | undefined
  /** The last complete checkpoint. */
  readonly checkpoint?: number | undefined
}

/** Turns snapshots of progress into lines of text. */
export interface ProgressMeter {
  /** The line for a snapshot taken at `nowMs` on a clock that never goes back. */
  line(progress: JobProgress, nowMs: number): string
}

/** A rate over less than this is noise. */
const RATE_WINDOW_MIN_MS = 200

export const createProgressMeter = (startMs: number, isBounded: boolean): ProgressMeter => {
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
      const { splitsDone, splitsFound, checkpoint } = progress
      return [
        progress.state,
        `${countText(progress.sourceRows)} rows read`,
        ...(progress.sourceBytes > 0 ? [bytesText(progress.sourceBytes)] : []),
        `${countText(progress.sinkRows)} written`,
        `${countText(rowsPerSecond)} rows/s`,
        `lag ${countText(Math.max(0, progress.sourceRows - progress.sinkRows))}`,
        `splits ${countText(splitsDone)}${splitsFound === undefined ? '' : `/${countText(splitsFound)}`}`,
        ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
        ...remainingText(progress, nowMs),
      ].join('  ')
    },
  }
}
