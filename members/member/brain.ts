import type { Host } from '../../runtime/host/index.ts'
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
import { createReducerLoop, type ReducerLoop } from '../reducerLoop.ts'

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never

type BrainEvent = WithoutTime<MembershipEvent>

/** Runs the reducer of membership. */
export interface Brain extends ReducerLoop<MembershipState, BrainEvent> {
  /** Begins to look for a cluster. */
  start(): void
  /** Begins anew, under a new id. */
  restart(): void
}

export interface BrainOptions {
  readonly host: Host
  readonly settings: MembershipSettings
  readonly self: MemberRecord
  readonly perform: (effect: MembershipEffect) => void
}

export const createBrain = ({ host, settings, self, perform }: BrainOptions): Brain => {
  const { clock, random } = host
  const loop = createReducerLoop<MembershipState, BrainEvent, MembershipEffect>({
    clock,
    state: createMembership(settings, self, clock.monotonic()),
    step: (state, event, nowMs) => step(state, { ...event, nowMs }),
    perform,
    wakeAtMsOf: nextWakeMs,
    wake: { kind: 'time' },
  })
  return {
    ...loop,
    start: () => loop.dispatch({ kind: 'start', self }),
    restart: () => loop.dispatch({ kind: 'start', self: { ...self, id: random.uuid() } }),
  }
}
