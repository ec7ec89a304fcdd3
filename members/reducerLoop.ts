import type { Clock, Timer } from '../runtime/host/index.ts'

export interface ReducerLoopOptions<State, Event, Effect> {
  readonly clock: Clock
  readonly state: State
  readonly step: (
    state: State,
    event: Event,
    nowMs: number,
  ) => { readonly state: State; readonly effects: readonly Effect[] }
  readonly perform: (effect: Effect) => void
  /** When `wake` is due, on the monotonic clock; Infinity for never. */
  readonly wakeAtMsOf: (state: State) => number
  readonly wake: Event
}

/** Runs a reducer: gives it the time, wakes it, performs what it asks for. */
export interface ReducerLoop<State, Event> {
  state(): State
  /** Calls made while a step is performed wait for its end. */
  dispatch(event: Event): void
  /** No step is made any more. */
  close(): void
}

export const createReducerLoop = <State, Event, Effect>(
  options: ReducerLoopOptions<State, Event, Effect>,
): ReducerLoop<State, Event> => {
  const { clock, step, perform, wakeAtMsOf } = options
  let state = options.state
  let timer: Timer | undefined
  let isStepping = false
  let isClosed = false
  const waiting: Event[] = []

  const setTimer = (): void => {
    timer?.cancel()
    timer = undefined
    const atMs = wakeAtMsOf(state)
    if (isClosed || atMs === Infinity) return
    timer = clock.timer(Math.max(0, atMs - clock.monotonic()), () => dispatch(options.wake))
  }
  const dispatch = (event: Event): void => {
    if (isClosed) return
    waiting.push(event)
    if (isStepping) return
    isStepping = true
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const taken = step(state, next, clock.monotonic())
        state = taken.state
        for (const effect of taken.effects) perform(effect)
      }
    } finally {
      isStepping = false
    }
    setTimer()
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
