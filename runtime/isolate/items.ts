import type { Batch } from '../rows/index.ts'

/** What travels in band between rows. */
export type Control =
  | { readonly kind: 'barrier'; readonly checkpointId: number }
  | { readonly kind: 'watermark'; readonly timestampMs: number }
  | { readonly kind: 'end' }

/** Takes items on numbered inputs. False means "not now": the giver keeps the item and offers it again. */
export interface Target {
  acceptBatch(input: number, batch: Batch): boolean
  acceptControl(input: number, control: Control): boolean
}

/** A part of a task group that is called in turns. */
export interface Node {
  readonly vertexId: number
  /** Does up to about 1 ms of work; true when anything moved on. */
  call(): boolean
  /** All its work is done, and what follows from it was passed on. */
  readonly done: boolean
  /** A checkpoint has begun: a node without a barrier to come acknowledges it by itself. */
  trigger(checkpointId: number): void
}

/** Takes the state of a node at a checkpoint. `state` is null for a node that has none. */
export type Acknowledge = (checkpointId: number, vertexId: number, state: NodeState) => void

/** What a node saves; structured-cloneable. */
export type NodeState = unknown
