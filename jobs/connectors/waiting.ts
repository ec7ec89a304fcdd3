import type { Clock } from '../../runtime/host/index.ts'

/** Resolves after `delayMs`, or as soon as the job is cancelled. */
export const waitMs = (clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.timer(delayMs, done)
    signal.addEventListener('abort', done)
  })

/** Resolves when the job is cancelled. */
export const untilCancelled = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
