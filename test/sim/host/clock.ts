import type { Clock } from '../../../runtime/host/index.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'

/** The clocks of a machine, wrong in the ways clocks are. */
export interface ClockFaults {
  /** Sets the wall clock forward or back, as an operator or a time server does. */
  jump(byMs: number): void
  /** From now on both clocks gain so much; 100 ppm is 8.6 s a day. Timers follow the clock. */
  drift(partsPerMillion: number): void
}

export interface MachineClock extends ClockFaults {
  readonly wallMs: () => number
  /** Milliseconds since the machine was made. */
  steadyMs(): number
  /** World milliseconds that pass while this clock counts `localMs`. */
  worldDelay(localMs: number): number
}

/** 2026-01-01T00:00:00Z: where the wall clocks of all worlds start. */
export const WORLD_START_MS = 1_767_225_600_000

export const createMachineClock = (timeline: Timeline, skewMs: number): MachineClock => {
  let rate = 1
  let anchorMs = timeline.nowMs()
  let steadyAtAnchor = anchorMs
  let wallAheadMs = WORLD_START_MS + skewMs
  const steadyMs = (): number => steadyAtAnchor + (timeline.nowMs() - anchorMs) * rate
  return {
    steadyMs,
    wallMs: () => Math.floor(steadyMs() + wallAheadMs),
    worldDelay: (localMs) => localMs / rate,
    jump: (byMs) => {
      wallAheadMs += byMs
    },
    drift: (partsPerMillion) => {
      steadyAtAnchor = steadyMs()
      anchorMs = timeline.nowMs()
      rate = 1 + partsPerMillion / 1e6
    },
  }
}

/** A timer of a real host never fires within the same millisecond. */
const SHORTEST_TIMER_MS = 1
/** What a yield takes: enough that a loop of yields cannot hold time still. */
const YIELD_MS = 0.001

export const createClock = (
  timeline: Timeline,
  machineClock: MachineClock,
  process: Process,
): Clock => {
  const bootMs = machineClock.steadyMs()
  // Monotonic clocks of two processes have nothing in common.
  const originMs = process.random.between(0, 1e6)
  const wait = (kind: string, delayMs: number, run: () => void) =>
    timeline.after(machineClock.worldDelay(delayMs), { process, kind, size: delayMs | 0 }, run)
  return {
    now: machineClock.wallMs,
    monotonic: () => originMs + machineClock.steadyMs() - bootMs,
    timer: (delayMs, callback) => {
      const event = wait('timer', Math.max(SHORTEST_TIMER_MS, delayMs), callback)
      return { cancel: () => timeline.cancel(event) }
    },
    sleep: (delayMs) =>
      new Promise((resolve) => {
        wait('sleep', Math.max(SHORTEST_TIMER_MS, delayMs), resolve)
      }),
    yield: () =>
      new Promise((resolve) => {
        wait('yield', YIELD_MS, resolve)
      }),
  }
}
