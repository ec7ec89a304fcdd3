import type { Host } from '../../runtime/host/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import type { Operator } from '../../runtime/operators/index.ts'
import type { OptionSpecs, OptionsOf } from '../options/index.ts'
import type { JobCode } from '../code/index.ts'

/** Passes rejected rows on as the job's dead-letter policy says; see ConnectorContext.reject. */
export type RejectRow = (batch: Batch, row: number, error: Error) => void

/** Counts rows that fail and that the options of a transform say to leave out. */
export type CountSkipped = (rowCount: number) => void

/** What of the outside a transform may reach: NOW, RAND, UUID, and the code of the job if it has any. */
export interface TransformHost extends Pick<Host, 'clock' | 'random'> {
  readonly code?: JobCode | undefined
}

/** A transform of one table, made once: it has resolved all names, so applying it cannot be a user's mistake. */
export interface BoundTransform {
  /** The tables that it yields: usually one. */
  readonly outputs: readonly TableSchema[]
  /**
   * Yields the batches that follow from `batch` to `emit`, in order. Allocates nothing a row beyond
   * the values that it makes. A row that fails goes to `reject`, or is counted as skipped; the
   * others go on.
   */
  apply(
    batch: Batch,
    emit: (batch: Batch) => void,
    reject: RejectRow,
    countSkipped: CountSkipped,
  ): void
}

export interface TransformPlugin<Specs extends OptionSpecs = OptionSpecs> {
  readonly kind: 'transform'
  readonly name: string
  readonly description: string
  readonly options: Specs
  /** Resolves names against the table. Throws an EngineError for an unknown column or a type that does not fit. */
  bind(options: OptionsOf<Specs>, table: TableSchema, host: TransformHost): BoundTransform
  /** Rows that are equal in these columns must all come to one instance; none unless given. */
  keyColumns?(options: OptionsOf<Specs>): readonly string[]
  /** What runs instead of the bound transform where that needs a state. */
  createOperator?(options: OptionsOf<Specs>, host: TransformHost): Operator | undefined
}
