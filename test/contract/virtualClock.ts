import type { Clock } from '../../runtime/host/index.ts'

/** A clock that a test moves by hand. */
export interface VirtualClock extends Clock {
  /** Goes forward by `byMs`, running what comes due on the way in its order. */
  advance(byMs: number): void
}

interface Waiting {
  readonly dueMs: number
  readonly callback: () => void
}

/** 2026-01-01T00:00:00Z */
const START_MS = 1_767_225_600_000

export const createVirtualClock = (): VirtualClock => {
  let nowMs = START_MS
  let waiting: Waiting[] = []
  const timer = (delayMs: number, callback: () => void) => {
    const entry = { dueMs: nowMs + Math.max(1, delayMs), callback }
    waiting.push(entry)
    return { cancel: () => void (waiting = waiting.filter((other) => other !== entry)) }
  }
  /** The first that is due up to `untilMs`; of those due at once, the one that was set first. */
  const takeDue = (untilMs: number): Waiting | undefined => {
    let first: Waiting | undefined
    for (const entry of waiting) {
      if (entry.dueMs <= untilMs && (first === undefined || entry.dueMs < first.dueMs)) {
        first = entry
      }
    }
    waiting = waiting.filter((entry) => entry !== first)
    return first
  }
  return {
    now: () => nowMs,
    monotonic: () => nowMs - START_MS,
    timer,
    sleep: (delayMs) => new Promise((resolve) => void timer(delayMs, resolve)),
    yield: () => Promise.resolve(),
    advance(byMs) {
      const untilMs = nowMs + byMs
      for (let due = takeDue(untilMs); due !== undefined; due = takeDue(untilMs)) {
        nowMs = due.dueMs
        due.callback()
      }
      nowMs = untilMs
    },
  }
}
