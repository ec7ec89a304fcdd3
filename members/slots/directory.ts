import type { Address } from '../../runtime/host/index.ts'
import type { MemberId } from '../membership/index.ts'

/** Who has a slot: one task group of one execution of a pipeline. */
export interface SlotOwner {
  readonly jobId: string
  readonly pipelineId: number
  /** The name of the task group within its pipeline, such as `group 0`. */
  readonly task: string
}

export interface HeldSlot extends SlotOwner {
  readonly slotId: number
  /** The term of the master that gave it: a lower one cannot take it back. */
  readonly epoch: number
}

export interface Tags {
  readonly [tag: string]: string
}

/** Shares of the machine in use, from 0 to 1. */
export interface LoadSample {
  readonly cpu: number
  readonly memory: number
}

/** A worker as it last told about itself. */
export interface WorkerSlots {
  readonly memberId: MemberId
  readonly address: Address
  readonly tags: Tags
  /** Slots are made as they are asked for, until the limit on memory is near. */
  readonly dynamic: boolean
  /** Of a dynamic worker: those that are held and those that its memory has room for. */
  readonly totalSlots: number
  readonly freeSlots: number
  readonly held: readonly HeldSlot[]
  /** The newest first, ten at most. */
  readonly loads: readonly LoadSample[]
}

export type AllocationStrategy = 'RANDOM' | 'SLOT_RATIO' | 'SYSTEM_LOAD'

/** All of these together, or none. */
export interface SlotDemand {
  readonly owners: readonly SlotOwner[]
  /** A worker must have all of these tags. */
  readonly tagFilter: Tags
  readonly strategy: AllocationStrategy
}

export interface SlotAssignment {
  readonly owner: SlotOwner
  readonly memberId: MemberId
  readonly slotId: number
}

export type LackReason = 'RESOURCE_NOT_ENOUGH' | 'REQUEST_FAILED'

export interface SlotLack {
  readonly owner: SlotOwner
  readonly reason: LackReason
  /** A sentence for users: what is missing, and what would help. */
  readonly message: string
}

export type SlotAnswer =
  | { readonly kind: 'assigned'; readonly slots: readonly SlotAssignment[] }
  | {
      readonly kind: 'lacking'
      /** Those of the demand that there was room for; nothing of it is held now. */
      readonly possible: number
      readonly lacking: readonly SlotLack[]
      /** The jobs that hold slots which the demand could have. */
      readonly blockingJobIds: readonly string[]
    }

/** The slots of all workers; works on the active master, on others it knows nothing. */
export interface SlotDirectory {
  /** Resolves when every worker of the view has told what it has, after a change of the master too. */
  ready(): Promise<void>
  workers(): readonly WorkerSlots[]
  /** The slots that an execution of a pipeline holds, as its workers told. */
  heldBy(jobId: string, pipelineId: number): readonly SlotAssignment[]
  /** Never rejects because of workers: what they refuse is lacking. */
  request(demand: SlotDemand): Promise<SlotAnswer>
  /** Gives back what the pipeline holds; a worker that is gone has nothing any more. */
  release(jobId: string, pipelineId: number): void
  /** Calls back when slots may have become free; returns how to stop it. */
  onFreed(listener: () => void): () => void
  close(): void
}
