import type { Host } from '../../../runtime/host/index.ts'
import { createReducerLoop, type ReducerLoop } from '../../reducerLoop.ts'
import {
  createLeader,
  type LeaderEffect,
  type LeaderInput,
  type LeaderSettings,
  type LeaderState,
  step,
} from './leader/index.ts'

/** Runs the reducer of the table. */
export type LeaderLoop = ReducerLoop<LeaderState, LeaderInput>

export interface LeaderLoopOptions {
  readonly host: Host
  readonly settings: LeaderSettings
  readonly isSafe: () => boolean
  readonly perform: (effect: LeaderEffect) => void
}

export const createLeaderLoop = ({
  host: { clock },
  settings,
  isSafe,
  perform,
}: LeaderLoopOptions): LeaderLoop =>
  createReducerLoop<LeaderState, LeaderInput, LeaderEffect>({
    clock,
    state: createLeader(settings),
    step: (state, event, nowMs) => step(state, { ...event, nowMs, isSafe: isSafe() }),
    perform,
    wakeAtMsOf: ({ wakeAtMs }) => wakeAtMs,
    wake: { kind: 'time' },
  })
