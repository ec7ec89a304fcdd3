import type { Host, Timer } from '../../runtime/host/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { CheckpointRecord, OperatorIdentity } from './checkpointRecord.ts'
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
  readonly operators: readonly OperatorIdentity[]
  /** The last stored checkpoint of the pipeline. */
  readonly stored: CheckpointRecord | undefined
  /**
   * Takes over from another coordinator: the last checkpoint that any task was triggered for;
   * undefined for tasks that begin.
   */
  readonly triggeredId: number | undefined
  readonly triggerEnumerators: (checkpointId: number) => void
  readonly triggerGroups: (checkpointId: number) => void
  /** Resolves with the bytes stored. */
  readonly store: (record: CheckpointRecord) => Promise<number>
  readonly commit: (record: CheckpointRecord) => Promise<void>
  readonly notifyCompleted: (checkpointId: number) => void
  /** Whether the final checkpoint ends the pipeline for good; a drained one goes on later. */
  readonly endsForGood: () => boolean
  readonly onEnded: () => void
  readonly fail: (error: Error) => void
  readonly onNews: (news: CheckpointNews) => void
}

/** What becomes of a checkpoint, for those who watch. */
export type CheckpointNews =
  | {
      readonly kind: 'triggered'
      readonly checkpointId: number
      /** `savepoint`: the pipeline stops with it; `completed-point`: it has ended by itself. */
      readonly type: 'checkpoint' | 'savepoint' | 'completed-point'
    }
  | { readonly kind: 'stored'; readonly checkpointId: number; readonly sizeBytes: number }
  | { readonly kind: 'completed'; readonly checkpointId: number }
  | {
      readonly kind: 'failed'
      readonly checkpointId: number
      readonly reason: 'expired' | 'not stored' | 'not committed'
      readonly error: Error
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
  #storing: Promise<void> = Promise.resolve()
  #isStopped = false

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

  /**
   * Takes nothing more: what tasks prepare while they are ended is removed by them. Resolves when
   * no checkpoint is being stored any more: the next execution must not find one that comes late.
   */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#storing
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

  /** Takes a checkpoint now, unless one is under way. */
  request(): void {
    this.#step({ kind: 'requested' })
  }

  drained(group: number): void {
    this.#step({ kind: 'drained', group })
  }

  #step(event: CheckpointEvent): void {
    if (this.#isStopped) return
    const before = this.#state.counts.triggered
    const step = stepCheckpoints(this.#state, event, this.#options.host.clock.now())
    this.#state = step.state
    if (step.state.counts.triggered > before) this.#tellTriggered()
    for (const effect of step.effects) this.#perform(effect)
  }

  #tellTriggered(): void {
    const { checkpointId, final } = this.#state
    const ends = this.#options.endsForGood() ? 'completed-point' : 'savepoint'
    this.#options.onNews({ kind: 'triggered', checkpointId, type: final ? ends : 'checkpoint' })
  }

  #perform(effect: CheckpointEffect): void {
    const { triggerEnumerators, triggerGroups, notifyCompleted, onEnded } = this.#options
    switch (effect.kind) {
      case 'triggerEnumerators':
        return triggerEnumerators(effect.checkpointId)
      case 'triggerGroups':
        return triggerGroups(effect.checkpointId)
      case 'store':
        this.#record = this.#takeRecord(effect.checkpointId, effect.final)
        return this.#store(this.#record)
      case 'commit':
        return this.#commit(this.#record!)
      case 'notifyCompleted':
        this.#options.onNews({ kind: 'completed', checkpointId: effect.checkpointId })
        return notifyCompleted(effect.checkpointId)
      case 'wakeAt':
        return this.#wakeAt(effect.atMs)
      case 'ended':
        return onEnded()
      case 'expired': {
        const message = `Checkpoint ${effect.checkpointId} timed out.`
        const error = new EngineError('CKP-003', message, { retry: 'backoff' })
        return this.#fail(effect.checkpointId, 'expired', error)
      }
      default:
        return effect satisfies never
    }
  }

  #takeRecord(checkpointId: number, final: boolean): CheckpointRecord {
    const { jobId, pipelineId, vertexIds, operators, host, endsForGood } = this.#options
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
      operators,
      enumerators: this.#enumerators,
      vertices,
    }
    this.#enumerators = {}
    this.#groups = []
    return record
  }

  #store(record: CheckpointRecord): void {
    const { checkpointId } = record
    this.#storing = this.#options.store(record).then(
      (sizeBytes) => {
        this.#options.onNews({ kind: 'stored', checkpointId, sizeBytes })
        this.#step({ kind: 'stored' })
      },
      (error: Error) => this.#fail(checkpointId, 'not stored', error),
    )
  }

  #commit(record: CheckpointRecord): void {
    this.#options.commit(record).then(
      () => this.#step({ kind: 'committed' }),
      (error: Error) => this.#fail(record.checkpointId, 'not committed', error),
    )
  }

  #fail(
    checkpointId: number,
    reason: Extract<CheckpointNews, { kind: 'failed' }>['reason'],
    error: Error,
  ): void {
    this.#options.onNews({ kind: 'failed', checkpointId, reason, error })
    this.#options.fail(error)
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#options.host
    this.#timer?.cancel()
    this.#timer = clock.timer(Math.max(0, atMs - clock.now()), () => this.#step({ kind: 'time' }))
  }
}
