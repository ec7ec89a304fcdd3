import type { ClientSettings } from '../../members/grid/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import type { OptionSpecs, OptionsOf } from '../options/index.ts'
import type { JobCode } from '../code/index.ts'
import type { Vertex } from '../plan/index.ts'

/** What every part of a connector is given when it is made. */
export interface ConnectorContext {
  readonly host: Host
  readonly jobId: string
  readonly jobMode: 'BATCH' | 'STREAMING'
  readonly vertex: Vertex
  readonly instance: number
  readonly parallelism: number
  /** The code of the job, where it has any and the part runs in an isolate. */
  readonly code?: JobCode | undefined
  /** How to reach the grid of the cluster that runs the job; undefined where it runs in none. */
  readonly grid?: ClientSettings | undefined
  /** One line of the job's log. Never pass a secret. */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** Prints a line on standard output of the process that shows the job. */
  readonly print: (line: string) => void
  /** Ends pending waits when the job is cancelled. */
  readonly signal: AbortSignal
  /**
   * Takes a row that cannot be handled: counts it against the job's dead-letter policy and passes it
   * on. Throws the error when the policy says FAIL or the budget is used up.
   */
  readonly reject: (row: RejectedRow) => void
}

export interface RejectedRow {
  /** The row as text: the line of the file, the JSON of the row. */
  readonly row: string
  readonly error: Error
  /** Table, file and line, or offset: where the row came from. */
  readonly place: string
  /** The path of the row's table, where it is known. */
  readonly table?: string
}

/** A part of a source that is read alone: a file, a range of keys. JSON-safe. */
export interface Split {
  /** Unique within the source and the same when the source is enumerated again. */
  readonly id: string
  readonly [key: string]: JsonValue
}

/** What `read` answers beside a batch. */
export const ReadSignal = {
  /** Nothing now; call again after `waitUntil` resolves or new splits came. */
  idle: 'idle',
  /** The current split is done: its rows have all been returned. */
  splitDone: 'splitDone',
} as const
export type ReadSignal = (typeof ReadSignal)[keyof typeof ReadSignal]

/**
 * Finds splits and hands them out; one instance a source. It lives in its own isolate.
 * Readers ask for splits one by one, so a slow reader gets fewer.
 */
export interface SplitEnumerator {
  /** Finds the splits. For an unbounded source it may go on finding; see `next`. */
  open(): Promise<void>
  /**
   * The next split for a reader, `null` when there will be no more, `undefined` when there is none
   * at the moment.
   */
  next(reader: number): Split | null | undefined | Promise<Split | null | undefined>
  /**
   * Takes the splits that readers had begun at the restored checkpoint, with their positions, after
   * `open`: they are handed out again, to any reader.
   */
  giveBack(splits: readonly Split[]): void
  /** What is not handed out yet, and whatever finding needs to go on. */
  snapshot(): JsonValue
  /** Called before `open`, which then does not hand out again what the state says is handed out. */
  restore(state: JsonValue): void
  /** Called when a checkpoint is complete. */
  checkpointCompleted?(checkpointId: number): Promise<void> | void
  /** How many splits were found so far, for progress; undefined when unknown. */
  readonly splitCount?: number | undefined
  close(): Promise<void>
}

/**
 * Reads splits, one at a time. `read` may answer at once or with a promise; it returns at most about
 * 1 ms of work. A promise settles within a second or so: a source that waits for outside says `idle`
 * meanwhile. The position within the split is part of `snapshot`, exact to the row.
 */
export interface SourceReader {
  open(): Promise<void>
  /** Begins a split, at its `position` when it was restored. Called when no split is current. */
  startSplit(split: Split): Promise<void> | void
  read(): Batch | ReadSignal | Promise<Batch | ReadSignal>
  /** The current split with the position after the last batch returned; null when none is current. */
  snapshot(): Split | null
  checkpointCompleted?(checkpointId: number): Promise<void> | void
  close(): Promise<void>
}

/** What a transaction needs to be committed or aborted by another process. JSON-safe. */
export type CommitInfo = { readonly [key: string]: JsonValue }

/** Writes rows; one a degree of parallelism. It gets batches of every table of its input. */
export interface SinkWriter {
  open(state: readonly JsonValue[]): Promise<void>
  /** May buffer. While the promise is pending no further call is made: that is the back-pressure. */
  write(batch: Batch): void | Promise<void>
  /** Sends what is buffered; called when rows pause and before `prepareCommit`. */
  flush?(): void | Promise<void>
  /**
   * Makes all rows so far ready to be committed: after it they survive a crash but are not visible.
   * Returns what the committer needs; a sink without transactions flushes and returns nothing.
   */
  prepareCommit(checkpointId: number): Promise<readonly CommitInfo[]>
  /** State for a restored writer, taken right after `prepareCommit`. */
  snapshot?(checkpointId: number): readonly JsonValue[]
  /** Ends without committing: removes whatever was not prepared. */
  abort?(): Promise<void>
  close(): Promise<void>
}

/**
 * Makes prepared rows visible, once; one instance a sink. `commit` is called again with the same
 * infos after a crash in between, so it must be idempotent.
 */
export interface SinkCommitter {
  commit(infos: readonly CommitInfo[]): Promise<void>
  /** Prepared but never to be committed. */
  abort(infos: readonly CommitInfo[]): Promise<void>
  /** Once at start, after the restored checkpoint was committed: removes all else this job left behind. */
  abortOrphans?(): Promise<void>
  /** Once, after the last commit of a pipeline that ended by itself: a failure here fails the job. */
  finish?(): Promise<void>
  close(): Promise<void>
}

export interface SourceConnector<Specs extends OptionSpecs = OptionSpecs> {
  readonly kind: 'source'
  readonly name: string
  readonly description: string
  readonly options: Specs
  /** Whether a restart reads the same rows again from a position: needed for exactly-once. */
  readonly replayable: boolean
  /**
   * Tables that the options alone tell, for lint and plan; undefined when one must ask outside.
   * `output` is the vertex's output name: SeaTunnel calls a table without a name of its own so.
   */
  declaredTables(
    options: OptionsOf<Specs>,
    output?: string | null,
  ): readonly TableSchema[] | undefined
  /** The tables that the source really yields; may ask outside. */
  discoverTables(
    options: OptionsOf<Specs>,
    context: ConnectorContext,
  ): Promise<readonly TableSchema[]>
  createEnumerator(
    options: OptionsOf<Specs>,
    tables: readonly TableSchema[],
    context: ConnectorContext,
  ): SplitEnumerator
  createReader(
    options: OptionsOf<Specs>,
    tables: readonly TableSchema[],
    context: ConnectorContext,
  ): SourceReader
  /** True when the source ends by itself. */
  bounded(options: OptionsOf<Specs>, jobMode: 'BATCH' | 'STREAMING'): boolean
}

export type SinkGuarantee = 'exactly-once' | 'idempotent' | 'at-least-once'

export interface SinkConnector<Specs extends OptionSpecs = OptionSpecs> {
  readonly kind: 'sink'
  readonly name: string
  readonly description: string
  readonly options: Specs
  /** What a row's effect is worth after a crash, with these options. */
  guarantee(options: OptionsOf<Specs>): SinkGuarantee
  /** Save modes: runs once when the job starts, never on a restore. */
  prepare?(
    options: OptionsOf<Specs>,
    tables: readonly TableSchema[],
    context: ConnectorContext,
  ): Promise<void>
  createWriter(
    options: OptionsOf<Specs>,
    tables: readonly TableSchema[],
    context: ConnectorContext,
  ): SinkWriter
  createCommitter?(
    options: OptionsOf<Specs>,
    context: ConnectorContext,
    tables: readonly TableSchema[],
  ): SinkCommitter
}
