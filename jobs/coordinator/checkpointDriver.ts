import type { Host, Timer } from '../../runtime/host/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { CheckpointRecord } from './checkpointRecord.ts'
import {
  resumeCheckpoints,
  startCheckpoints,
  stepCheckpoints,
  type CheckpointEffect,
  type CheckpointEvent,
  type CheckpointSettings,
  type CheckpointState,
} from './checkpoints.ts'

/** What one group saved: the state of each of its vertices. */
export type GroupStates = { readonly [vertexId: number]: unknown }

export interface CheckpointDriverOptions {
  readonly host: Host
  readonly settings: CheckpointSettings
  readonly jobId: string
  readonly pipelineId: number
  readonly vertexIds: readonly number[]
  /** The last stored checkpoint of the pipeline. */
  readonly stored: CheckpointRecord | undefined
  /**
   * Takes over from another coordinator: the last checkpoint that any task was triggered for;
   * undefined for tasks that begin.
   */
  readonly triggeredId: number | undefined
  readonly triggerEnumerators: (checkpointId: number) => void
  readonly triggerGroups: (checkpointId: number) => void
  readonly store: (record: CheckpointRecord) => Promise<void>
  readonly commit: (record: CheckpointRecord) => Promise<void>
  readonly notifyCompleted: (checkpointId: number) => void
  /** Whether the final checkpoint ends the pipeline for good; a drained one goes on later. */
  readonly endsForGood: () => boolean
  readonly onEnded: () => void
  readonly fail: (error: Error) => void
}

/** Drives the checkpoint coordinator of one execution: keeps what is saved, performs the effects. */
export class CheckpointDriver {
  readonly #options: CheckpointDriverOptions
  readonly #firstEffects: readonly CheckpointEffect[]
  #state: CheckpointState
  #enumerators: { [vertexId: number]: JsonValue } = {}
  #groups: GroupStates[] = []
  #record: CheckpointRecord | null = null
  #timer: Timer | null = null

  constructor(options: CheckpointDriverOptions) {
    this.#options = options
    const { settings, stored, triggeredId, host } = options
    const storedId = stored?.checkpointId ?? 0
    const storedFinal = stored?.ended ?? false
    const nowMs = host.clock.now()
    const first =
      triggeredId === undefined
        ? startCheckpoints(settings, storedId, nowMs)
        : resumeCheckpoints(settings, { storedId, storedFinal, triggeredId }, nowMs)
    this.#state = first.state
    this.#record = stored ?? null
    this.#firstEffects = first.effects
  }

  start(): void {
    for (const effect of this.#firstEffects) this.#perform(effect)
  }

  stop(): void {
    this.#timer?.cancel()
  }

  enumerated(vertexId: number, checkpointId: number, state: JsonValue): void {
    if (checkpointId !== this.#state.checkpointId) return
    this.#enumerators[vertexId] = state
    this.#step({ kind: 'enumeratorAcknowledged', checkpointId, vertexId })
  }

  acknowledged(group: number, checkpointId: number, states: GroupStates): void {
    if (checkpointId !== this.#state.checkpointId) return
    this.#groups[group] = states
    this.#step({ kind: 'groupAcknowledged', checkpointId, group })
  }

  drained(group: number): void {
    this.#step({ kind: 'drained', group })
  }

  #step(event: CheckpointEvent): void {
    const step = stepCheckpoints(this.#state, event, this.#options.host.clock.now())
    this.#state = step.state
    for (const effect of step.effects) this.#perform(effect)
  }

  #perform(effect: CheckpointEffect): void {
    const { triggerEnumerators, triggerGroups, store, commit, notifyCompleted, onEnded, fail } =
      this.#options
    switch (effect.kind) {
      case 'triggerEnumerators':
        return triggerEnumerators(effect.checkpointId)
      case 'triggerGroups':
        return triggerGroups(effect.checkpointId)
      case 'store':
        this.#record = this.#takeRecord(effect.checkpointId, effect.final)
        return this.#inBackground(store(this.#record), 'stored')
      case 'commit':
        return this.#inBackground(commit(this.#record!), 'committed')
      case 'notifyCompleted':
        return notifyCompleted(effect.checkpointId)
      case 'wakeAt':
        return this.#wakeAt(effect.atMs)
      case 'ended':
        return onEnded()
      case 'expired': {
        const message = `Checkpoint ${effect.checkpointId} timed out.`
        return fail(new EngineError('CKP-003', message, { retry: 'backoff' }))
      }
      default:
        return effect satisfies never
    }
  }

  #takeRecord(checkpointId: number, final: boolean): CheckpointRecord {
    const { jobId, pipelineId, vertexIds, host, endsForGood } = this.#options
    const vertices: { [vertexId: number]: unknown[] } = {}
    for (const id of vertexIds) {
      vertices[id] = this.#groups.flatMap((states) => (id in states ? [states[id]] : []))
    }
    const record = {
      jobId,
      pipelineId,
      checkpointId,
      takenAtMs: host.clock.now(),
      ended: final && endsForGood(),
      enumerators: this.#enumerators,
      vertices,
    }
    this.#enumerators = {}
    this.#groups = []
    return record
  }

  #inBackground(work: Promise<void>, kind: 'stored' | 'committed'): void {
    work.then(
      () => this.#step({ kind }),
      (error: Error) => this.#options.fail(error),
    )
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#options.host
    this.#timer?.cancel()
    this.#timer = clock.timer(Math.max(0, atMs - clock.now()), () => this.#step({ kind: 'time' }))
  }
}
