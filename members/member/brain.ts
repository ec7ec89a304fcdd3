import type { Host, Timer } from '../../runtime/host/index.ts'
import {
  createMembership,
  type MemberRecord,
  type MembershipEffect,
  type MembershipEvent,
  type MembershipSettings,
  type MembershipState,
  nextWakeMs,
  step,
} from '../membership/index.ts'

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never

/** Runs the reducer of membership: gives it the time, wakes it, performs what it asks for. */
export interface Brain {
  state(): MembershipState
  /** Calls made while a step is performed wait for its end. */
  dispatch(event: WithoutTime<MembershipEvent>): void
  /** Begins to look for a cluster. */
  start(): void
  /** Begins anew, under a new id. */
  restart(): void
  /** No step is made any more. */
  stop(): void
}

export interface BrainOptions {
  readonly host: Host
  readonly settings: MembershipSettings
  readonly self: MemberRecord
  readonly perform: (effect: MembershipEffect) => void
}

export const createBrain = ({ host, settings, self, perform }: BrainOptions): Brain => {
  const { clock, random } = host
  let state = createMembership(settings, self, clock.monotonic())
  let timer: Timer | undefined
  let isStepping = false
  let isStopped = false
  const waiting: WithoutTime<MembershipEvent>[] = []

  const wake = (): void => {
    timer?.cancel()
    timer = undefined
    const atMs = nextWakeMs(state)
    if (isStopped || atMs === Infinity) return
    timer = clock.timer(Math.max(0, atMs - clock.monotonic()), () => dispatch({ kind: 'time' }))
  }
  const dispatch: Brain['dispatch'] = (event) => {
    if (isStopped) return
    waiting.push(event)
    if (isStepping) return
    isStepping = true
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const taken = step(state, { ...next, nowMs: clock.monotonic() })
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
    start: () => dispatch({ kind: 'start', self }),
    restart: () => dispatch({ kind: 'start', self: { ...self, id: random.uuid() } }),
    stop: () => {
      isStopped = true
      wake()
    },
  }
}
