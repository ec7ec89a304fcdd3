import type { HeldSlot, WorkerSlots } from './directory.ts'
import type { SlotRequest } from './slotBook.ts'

/** Kinds of messages between members. */
export const SLOT_KINDS = {
  /** Message from a worker to the active master: what it has. */
  profile: 60,
  /** Request from the active master to a worker. */
  request: 61,
} as const

/** Of a worker: what it has after the request, and the slots that it gave, or why it refused. */
export interface SlotReply {
  readonly profile: WorkerSlots
  readonly slots: readonly HeldSlot[]
  readonly refused?: string
}

/** A worker tells what it has; `epoch` is the term of the master that it tells it to. */
export interface ProfileMessage {
  readonly epoch: number
  readonly profile: WorkerSlots
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const encodeSlots = (message: SlotRequest | SlotReply | ProfileMessage): Uint8Array =>
  encoder.encode(JSON.stringify(message))

/** Trusts the sender: members of a cluster run the same protocol version. */
export const decodeSlots = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes))
