import { assert } from '../../runtime/errors/index.ts'

/** When checkpoints are taken, from the job's env and the engine's configuration. */
export interface CheckpointSettings {
  /** Null: only the final one, when the pipeline ends. */
  readonly intervalMs: number | null
  readonly timeoutMs: number
  /** Between the end of one and the start of the next; -1 for none. */
  readonly minPauseMs: number
  /** The ids of the vertices whose enumerators take part. */
  readonly enumerators: readonly number[]
  readonly groupCount: number
}

export type CheckpointPhase =
  'waiting' | 'enumerating' | 'aligning' | 'storing' | 'committing' | 'ended'

/** State of the checkpoint coordinator of one pipeline. */
export interface CheckpointState {
  readonly settings: CheckpointSettings
  readonly phase: CheckpointPhase
  /** The running checkpoint, or the last one; they count from 1 and never repeat in a job. */
  readonly checkpointId: number
  /** The running checkpoint is the one after which the pipeline ends. */
  readonly final: boolean
  /** Whose acknowledgement is missing: `e3` for an enumerator, `g0` for a group. */
  readonly missing: readonly string[]
  /** Groups whose rows have all reached their sinks. */
  readonly drained: readonly number[]
  readonly startedAtMs: number
  /** The earliest start of the next one. */
  readonly dueAtMs: number
  readonly counts: { readonly triggered: number; readonly completed: number }
}

export type CheckpointEvent =
  | { readonly kind: 'time' }
  | { readonly kind: 'requested' }
  | { readonly kind: 'drained'; readonly group: number }
  | {
      readonly kind: 'enumeratorAcknowledged'
      readonly checkpointId: number
      readonly vertexId: number
    }
  | { readonly kind: 'groupAcknowledged'; readonly checkpointId: number; readonly group: number }
  | { readonly kind: 'stored' }
  | { readonly kind: 'committed' }

export type CheckpointEffect =
  | { readonly kind: 'triggerEnumerators'; readonly checkpointId: number }
  | { readonly kind: 'triggerGroups'; readonly checkpointId: number }
  | { readonly kind: 'store'; readonly checkpointId: number; readonly final: boolean }
  | { readonly kind: 'commit'; readonly checkpointId: number }
  | { readonly kind: 'notifyCompleted'; readonly checkpointId: number }
  | { readonly kind: 'wakeAt'; readonly atMs: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'expired'; readonly checkpointId: number }

export interface CheckpointStep {
  readonly state: CheckpointState
  readonly effects: readonly CheckpointEffect[]
}

/** The state at the start of an execution; `lastCheckpointId` is 0 or that of the restored one. */
export const startCheckpoints = (
  settings: CheckpointSettings,
  lastCheckpointId: number,
  nowMs: number,
): CheckpointStep => {
  const dueAtMs = settings.intervalMs === null ? Infinity : nowMs + settings.intervalMs
  const state: CheckpointState = {
    settings,
    phase: 'waiting',
    checkpointId: lastCheckpointId,
    final: false,
    missing: [],
    drained: [],
    startedAtMs: nowMs,
    dueAtMs,
    counts: { triggered: 0, completed: 0 },
  }
  return { state, effects: wakeAt(dueAtMs) }
}

/** What is known of the checkpoints of tasks that another coordinator started. */
export interface CheckpointsBefore {
  /** The last one that is stored, 0 for none, and whether the pipeline ended with it. */
  readonly storedId: number
  readonly storedFinal: boolean
  /** The last one that any task was triggered for, 0 for none. */
  readonly triggeredId: number
}

/**
 * The state of a coordinator that takes over. A checkpoint that was under way is triggered again:
 * tasks that know of it have kept what they acknowledged, and tell again. One that is stored is
 * committed again, since nobody knows whether it was; commits are idempotent. What was to be the
 * final one is not taken as such: the next one is.
 */
export const resumeCheckpoints = (
  settings: CheckpointSettings,
  before: CheckpointsBefore,
  nowMs: number,
): CheckpointStep => {
  const { storedId, storedFinal, triggeredId } = before
  const fresh = startCheckpoints(settings, Math.max(storedId, triggeredId - 1), nowMs)
  if (triggeredId > storedId) return begin(fresh.state, false, nowMs)
  if (storedId === 0) return fresh
  const expiry = wakeAt(nowMs + settings.timeoutMs)
  return {
    state: { ...fresh.state, phase: 'committing', final: storedFinal },
    effects: [{ kind: 'commit', checkpointId: storedId }, ...expiry],
  }
}

/**
 * One step of the coordinator: Chandy and Lamport's snapshot with enumerators first, then two-phase
 * commit: nothing is committed before the checkpoint that holds it is stored.
 */
export const stepCheckpoints = (
  state: CheckpointState,
  event: CheckpointEvent,
  nowMs: number,
): CheckpointStep => {
  switch (event.kind) {
    case 'time':
      return onTime(state, nowMs)
    case 'requested':
      return state.phase === 'waiting' ? begin(state, false, nowMs) : unchanged(state)
    case 'drained':
      return onDrained(state, event.group, nowMs)
    case 'enumeratorAcknowledged':
      return onAcknowledged(state, event.checkpointId, `e${event.vertexId}`)
    case 'groupAcknowledged':
      return onAcknowledged(state, event.checkpointId, `g${event.group}`)
    case 'stored':
      assert(state.phase === 'storing', 'a checkpoint is stored once')
      return {
        state: { ...state, phase: 'committing' },
        effects: [{ kind: 'commit', checkpointId: state.checkpointId }],
      }
    case 'committed':
      return onCommitted(state, nowMs)
    default:
      return event satisfies never
  }
}

const unchanged = (state: CheckpointState): CheckpointStep => ({ state, effects: [] })

const wakeAt = (atMs: number): CheckpointEffect[] =>
  atMs === Infinity ? [] : [{ kind: 'wakeAt', atMs }]

const isRunning = (phase: CheckpointPhase): boolean => phase !== 'waiting' && phase !== 'ended'

const onTime = (state: CheckpointState, nowMs: number): CheckpointStep => {
  if (isRunning(state.phase)) {
    const expiresAtMs = state.startedAtMs + state.settings.timeoutMs
    if (nowMs < expiresAtMs) return { state, effects: wakeAt(expiresAtMs) }
    return {
      state: { ...state, phase: 'ended' },
      effects: [{ kind: 'expired', checkpointId: state.checkpointId }],
    }
  }
  if (state.phase === 'ended' || nowMs < state.dueAtMs) return unchanged(state)
  return begin(state, false, nowMs)
}

const begin = (state: CheckpointState, final: boolean, nowMs: number): CheckpointStep => {
  const { enumerators, timeoutMs } = state.settings
  const checkpointId = state.checkpointId + 1
  const counts = { ...state.counts, triggered: state.counts.triggered + 1 }
  const started = { ...state, checkpointId, final, startedAtMs: nowMs, counts }
  const expiry = wakeAt(nowMs + timeoutMs)
  if (enumerators.length === 0) {
    const triggered = triggerGroups(started)
    return { state: triggered.state, effects: [...triggered.effects, ...expiry] }
  }
  return {
    state: { ...started, phase: 'enumerating', missing: enumerators.map((id) => `e${id}`) },
    effects: [{ kind: 'triggerEnumerators', checkpointId }, ...expiry],
  }
}

const triggerGroups = (state: CheckpointState): CheckpointStep => ({
  state: {
    ...state,
    phase: 'aligning',
    missing: Array.from({ length: state.settings.groupCount }, (_, group) => `g${group}`),
  },
  effects: [{ kind: 'triggerGroups', checkpointId: state.checkpointId }],
})

const onDrained = (state: CheckpointState, group: number, nowMs: number): CheckpointStep => {
  const drained = [...state.drained, group]
  const next = { ...state, drained }
  const all = drained.length === state.settings.groupCount
  return all && state.phase === 'waiting' ? begin(next, true, nowMs) : unchanged(next)
}

const onAcknowledged = (
  state: CheckpointState,
  checkpointId: number,
  who: string,
): CheckpointStep => {
  if (checkpointId !== state.checkpointId || !state.missing.includes(who)) return unchanged(state)
  const missing = state.missing.filter((name) => name !== who)
  const next = { ...state, missing }
  if (missing.length > 0) return unchanged(next)
  if (state.phase === 'enumerating') return triggerGroups(next)
  return {
    state: { ...next, phase: 'storing' },
    effects: [{ kind: 'store', checkpointId, final: state.final }],
  }
}

const onCommitted = (state: CheckpointState, nowMs: number): CheckpointStep => {
  assert(state.phase === 'committing', 'a checkpoint is committed once')
  const { checkpointId, settings } = state
  const counts = { ...state.counts, completed: state.counts.completed + 1 }
  const notify: CheckpointEffect = { kind: 'notifyCompleted', checkpointId }
  if (state.final) {
    return { state: { ...state, phase: 'ended', counts }, effects: [notify, { kind: 'ended' }] }
  }
  const { intervalMs } = settings
  const dueAtMs =
    intervalMs === null
      ? Infinity
      : Math.max(state.startedAtMs + intervalMs, nowMs + Math.max(0, settings.minPauseMs))
  const waiting: CheckpointState = { ...state, phase: 'waiting', counts, dueAtMs }
  const allDrained = state.drained.length === settings.groupCount
  if (allDrained) {
    const last = begin(waiting, true, nowMs)
    return { state: last.state, effects: [notify, ...last.effects] }
  }
  return { state: waiting, effects: [notify, ...wakeAt(dueAtMs)] }
}
