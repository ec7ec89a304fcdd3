import type { Batch } from '../rows/index.ts'

/**
 * Where an operator puts what it makes. A refused item is not taken: the operator keeps it,
 * returns false from its call, and offers it again when it is called again.
 */
export interface Outbox {
  /** False when the outbox is full. */
  offer(batch: Batch): boolean
}

/** A state entry of a snapshot. `key` decides where it goes at another parallelism. */
export interface StateEntry {
  /** The hash of the state's key, or null for state that every instance gets back. */
  readonly keyHash: number | null
  readonly bytes: Uint8Array
}

/** Takes the entries of a snapshot. */
export interface StateWriter {
  /** The bytes are copied. */
  add(keyHash: StateEntry['keyHash'], bytes: Uint8Array): void
}

/** A snapshot that is being taken. */
export interface Snapshot {
  /** Writes about `sizeBytes` more; true once all is written. */
  take(sizeBytes: number): boolean
}

/**
 * A step of a job inside one isolate, with one instance a degree of parallelism. Each call does at most about 1 ms of
 * work, never awaits, and may be told "not now" by its outbox: it then returns false and goes on
 * from there in the next call of the same method. Calls never overlap.
 */
export interface Operator {
  /** Takes a batch from input `input`; true when all of it was taken. On false the same batch comes again. */
  process(input: number, batch: Batch, outbox: Outbox): boolean
  /** No event before `timestampMs` will come any more; true when all that follows from it was emitted. */
  watermark?(timestampMs: number, outbox: Outbox): boolean
  /** Input `input` has ended. */
  inputEnded?(input: number): void
  /** All inputs have ended; called until it returns true. */
  complete?(outbox: Outbox): boolean
  /**
   * Writes the state at this moment, which is a barrier. Entries may be many: they are taken some at a
   * time, and rows are processed in between. What a row is about to change is written first, as it
   * was. A snapshot that is not taken to its end before the next one begins is given up.
   */
  snapshot?(writer: StateWriter): Snapshot
  /** All entries whose key belongs to this instance, before the first `process`. */
  restore?(entries: Iterable<StateEntry>): void
  close?(): void
}

/** What an operator is told about its place. */
export interface OperatorPlace {
  readonly vertexName: string
  readonly instance: number
  readonly parallelism: number
}
