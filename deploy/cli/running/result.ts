import type { JobResult } from '../../../jobs/coordinator/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { countText, timeText } from '../progress/numbers.ts'
import type { TextStream } from '../terminal.ts'

/** The statistics of a run under the names that SeaTunnel's client prints. */
export const statisticsTable = (result: JobResult, stream: TextStream): string => {
  const { startedAtMs, endedAtMs, progress } = result
  const rows: readonly (readonly [string, string])[] = [
    ['Start Time', timeText(startedAtMs)],
    ['End Time', timeText(endedAtMs)],
    ['Total Time(s)', ((endedAtMs - startedAtMs) / 1000).toFixed(3)],
    ['Total Read Count', countText(progress.sourceRows)],
    ['Total Write Count', countText(progress.sinkRows)],
    ['Total Failed Count', countText(progress.rejectedRows)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)} : ${value}`)
  return [stream.color.bold('Job Statistic Information'), ...lines, ''].join('\n')
}

const errorObject = (error: Error) => ({
  code: error instanceof EngineError ? error.code : 'ENG-001',
  message: error.message,
  at: error instanceof EngineError ? (error.at ?? null) : null,
})

/** The result for programs, in one line. */
export const resultJson = (name: string, result: JobResult): string => {
  const { jobId, status, error, startedAtMs, endedAtMs, progress } = result
  return JSON.stringify({
    jobId,
    name,
    status,
    startTime: new Date(startedAtMs).toISOString(),
    endTime: new Date(endedAtMs).toISOString(),
    totalTimeMs: endedAtMs - startedAtMs,
    readCount: progress.sourceRows,
    readBytes: progress.sourceBytes,
    writeCount: progress.sinkRows,
    committedCount: progress.committedRows,
    failedCount: progress.rejectedRows,
    lastCheckpointId: progress.lastCheckpointId,
    error: error === undefined ? null : errorObject(error),
  })
}
