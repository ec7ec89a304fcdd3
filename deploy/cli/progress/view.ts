import type { JobProgress } from '../../../jobs/coordinator/index.ts'
import type { TextStream } from '../terminal.ts'
import type { ProgressMeter } from './meter.ts'

/** Shows progress on stderr while a job runs. */
export interface ProgressView {
  /** `nowMs` is of a clock that never goes back. */
  update(progress: JobProgress, nowMs: number): void
  /** Writes a line of its own, such as a warning. */
  readonly note: (line: string) => void
  /** Removes the line that is repainted, so that what is written next starts clean. */
  readonly clear: () => void
}

const REPAINT_EVERY_MS = 100
const PLAIN_LINE_EVERY_MS = 5000

const START_OF_LINE = '\r\u001b[K'

/** One line, painted over and over. */
const paintedView = (stream: TextStream, meter: ProgressMeter): ProgressView => {
  let paintedAtMs = -Infinity
  let isPainted = false
  const clear = (): void => {
    if (isPainted) stream.write(START_OF_LINE)
    isPainted = false
  }
  return {
    update(progress, nowMs) {
      if (nowMs - paintedAtMs < REPAINT_EVERY_MS) return
      paintedAtMs = nowMs
      const line = Bun.sliceAnsi(meter.line(progress, nowMs), 0, stream.columns - 1)
      stream.write(`${START_OF_LINE}${stream.color.cyan(line)}`)
      isPainted = true
    },
    note(line) {
      clear()
      stream.write(`${line}\n`)
    },
    clear,
  }
}

/** A line every few seconds, for logs and pipes. */
const plainView = (stream: TextStream, meter: ProgressMeter, startMs: number): ProgressView => {
  let writtenAtMs = startMs
  return {
    update(progress, nowMs) {
      if (nowMs - writtenAtMs < PLAIN_LINE_EVERY_MS) return
      writtenAtMs = nowMs
      stream.write(`${meter.line(progress, nowMs)}\n`)
    },
    note: (line) => stream.write(`${line}\n`),
    clear: () => {},
  }
}

export const createProgressView = (
  stream: TextStream,
  meter: ProgressMeter,
  startMs: number,
): ProgressView =>
  stream.isTerminal ? paintedView(stream, meter) : plainView(stream, meter, startMs)
