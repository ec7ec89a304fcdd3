import type { EngineError } from '../../runtime/errors/index.ts'
import type { Batch } from '../../runtime/rows/index.ts'

/** A row that a reader could not make: it is left out of the batch. */
export interface BadRow {
  /** The bytes of the row as text, cut after some hundred characters. */
  readonly text: string
  readonly error: EngineError
  /** Counts from 1; null when the reader did not start at the beginning of its input. */
  readonly line: number | null
  /** Where the row starts, in bytes from the beginning of the input. */
  readonly offset: number
}

/** Takes the rows that a reader could not make; may throw to end the reading. */
export type RejectBadRow = (row: BadRow) => void

/** Is told, once, of a row that has more or fewer cells than columns and is read all the same. */
export type NoteUnevenRow = (place: Pick<BadRow, 'line' | 'offset'>) => void

/** Where a reader is: just behind the last row that it returned. JSON-safe. */
export interface ReadPosition {
  /** Bytes from the beginning of the input. */
  readonly offset: number
  /** Lines before the position; null when unknown. */
  readonly line: number | null
}

/**
 * Turns bytes into rows, wherever the bytes come from. Give it bytes with `push`, take batches with
 * `next` until it returns null, push more. `push` takes the bytes over: batches point into them.
 */
export interface RowReader {
  push(bytes: Uint8Array): void
  /** No byte follows any more: what is left is the last row. */
  end(): void
  /**
   * The next rows, or null when more bytes are needed or, after `end`, when there are no more rows.
   * Throws EngineError FIL-001 to FIL-004 when the input is not of the format at all.
   */
  next(): Batch | null
  /** The position behind the last batch returned: a new reader goes on from there. */
  position(): ReadPosition
}

/** Turns rows into bytes, wherever the bytes go to. */
export interface RowWriter {
  /** Encodes all rows of the batch. */
  write(batch: Batch): void
  /** The bytes made since the last call, valid until the next call of any method; may be empty. */
  take(): Uint8Array
  /** Encodes what ends the input, such as a footer; `take` follows. */
  finish(): void
  /** The bytes that wait for `take` or `finish`. */
  readonly pendingBytes: number
}
