import type { RunningJob } from '../../../jobs/coordinator/index.ts'
import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { ExitCode } from '../exitCodes.ts'

export type StopSignal = 'SIGINT' | 'SIGTERM'

export interface SignalWatch {
  /** The first signal that came. */
  readonly received: StopSignal | undefined
  release(): void
}

/** A job that does not let itself be cancelled in this time is left to die with the process. */
const CANCEL_TIMEOUT_MS = 5000

/**
 * What starts us (npx, bun run) may pass on a signal that the terminal has sent to us as well:
 * a signal that follows so soon is the same one again.
 */
const SAME_SIGNAL_MS = 250

/**
 * The first SIGINT or SIGTERM drains the job, the second cancels it, the third ends the process
 * as it is. `note` tells the user what happens.
 */
export const watchSignals = (
  clock: Clock,
  job: RunningJob,
  note: (line: string) => void,
): SignalWatch => {
  let received: StopSignal | undefined
  let count = 0
  let forceTimer: Timer | undefined
  const exit = (): never =>
    process.exit(received === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted)
  let receivedAtMs = -Infinity
  const onSignal = (signal: StopSignal): void => {
    const nowMs = clock.monotonic()
    if (nowMs - receivedAtMs < SAME_SIGNAL_MS) return
    receivedAtMs = nowMs
    received ??= signal
    count += 1
    if (count === 1) {
      note('Stopping: what was read is written and committed. Once more stops at once.')
      job.drain()
    } else if (count === 2) {
      note('Stopping at once: what was not committed is removed.')
      forceTimer = clock.timer(CANCEL_TIMEOUT_MS, exit)
      job.cancel()
    } else exit()
  }
  const onInterrupt = (): void => onSignal('SIGINT')
  const onTerminate = (): void => onSignal('SIGTERM')
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    get received() {
      return received
    },
    release: () => {
      forceTimer?.cancel()
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}
