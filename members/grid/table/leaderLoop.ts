import type { Host, Timer } from '../../../runtime/host/index.ts'
import {
  createLeader,
  type LeaderEffect,
  type LeaderInput,
  type LeaderSettings,
  type LeaderState,
  step,
} from './leader/index.ts'

/** Runs the reducer of the table: gives it the time, wakes it, performs what it asks for. */
export interface LeaderLoop {
  state(): LeaderState
  /** Calls made while a step is performed wait for its end. */
  dispatch(event: LeaderInput): void
  close(): void
}

export interface LeaderLoopOptions {
  readonly host: Host
  readonly settings: LeaderSettings
  readonly isSafe: () => boolean
  readonly perform: (effect: LeaderEffect) => void
}

export const createLeaderLoop = (options: LeaderLoopOptions): LeaderLoop => {
  const { host, settings, isSafe, perform } = options
  const { clock } = host
  let state = createLeader(settings)
  let timer: Timer | undefined
  let isStepping = false
  let isClosed = false
  const waiting: LeaderInput[] = []

  const wake = (): void => {
    timer?.cancel()
    timer = undefined
    if (isClosed || state.wakeAtMs === Infinity) return
    const delayMs = Math.max(0, state.wakeAtMs - clock.monotonic())
    timer = clock.timer(delayMs, () => dispatch({ kind: 'time' }))
  }
  const dispatch: LeaderLoop['dispatch'] = (event) => {
    if (isClosed) return
    waiting.push(event)
    if (isStepping) return
    isStepping = true
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const taken = step(state, { ...next, nowMs: clock.monotonic(), isSafe: isSafe() })
        state = taken.state
        for (const effect of taken.effects) perform(effect)
      }
    } finally {
      isStepping = false
    }
    wake()
  }
  return {
    state: () => state,
    dispatch,
    close: () => {
      isClosed = true
      timer?.cancel()
    },
  }
}
