import type { Clock } from '../host.ts'

/** The longest delay that a platform timer holds; longer ones fire at once (HTML, 32-bit signed). */
const LONGEST_DELAY_MS = 2 ** 31 - 1

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (delayMs, callback) => {
    const handle = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS))
    return { cancel: () => clearTimeout(handle) }
  },
  sleep: (delayMs) =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.min(delayMs, LONGEST_DELAY_MS))
    }),
  yield: () =>
    new Promise((resolve) => {
      setImmediate(resolve)
    }),
}
