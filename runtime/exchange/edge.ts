import type { Control } from '../isolate/index.ts'
import type { Batch } from '../rows/index.ts'

/** The sending end of an edge between two isolates. */
export interface EdgeWriter {
  /** False for "not now": the same batch is then to be offered again, before anything else. */
  offerBatch(batch: Batch): boolean
  /** False for "not now". */
  offerControl(control: Control): boolean
  /** Calls `wake` when there may be room again, until `close`. */
  listen(wake: () => void): void
  /** Ends `listen`; what was taken still reaches the reader. */
  close(): void
}

/** The receiving end of an edge between two isolates. */
export interface EdgeReader {
  /** The next batch or control item, or null when none is there. What it returns may be kept. */
  poll(): Batch | Control | null
  /** Calls `wake` when something may have come, until `close`. */
  listen(wake: () => void): void
  /** Ends `listen`. */
  close(): void
}
