import type { DatabaseConnection, Host } from '../../../../runtime/host/index.ts'
import type { Batch, Column, DataType, TableSchema } from '../../../../runtime/rows/index.ts'
import type { Target } from '../urls.ts'

/** A table's place; parts that a database does not have are empty. */
export interface TableName {
  readonly database: string
  readonly schema: string
  readonly table: string
}

/** A column as it is read. */
export interface ReadColumn {
  readonly column: Column
  /** The expression that selects it from the relation `q`. */
  readonly expression: string
  /** What its values look like on the way in, for the decoder of the dialect. */
  readonly form: string
  /** The type as the database names it; empty where nothing depends on it. */
  readonly databaseType: string
}

export interface TableDescription {
  readonly name: TableName
  readonly columns: readonly ReadColumn[]
  /** The columns of the primary key in order; empty when there is none. */
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly comment: string | undefined
}

export interface ReadOptions {
  readonly tinyintIsBoolean: boolean
  readonly blobIsString: boolean
}

/** What to read from the database, row by row. */
export interface Selection {
  readonly table: TableSchema
  readonly columns: readonly ReadColumn[]
  /** A table's name or a SELECT in parentheses. */
  readonly relation: string
  /** Without WHERE; empty when all rows are wanted. */
  readonly condition: string
  /** Columns that are unique together, to order by; empty when none are known. */
  readonly keys: readonly string[]
  /** Rows to leave out at the beginning. */
  readonly skip: number
  readonly pageRows: number
  /** Takes a row with a value that does not fit its column; throws when the job must fail. */
  readonly reject: (row: string, error: Error) => void
}

/** Yields the rows of a selection, in the same order each time. */
export interface SelectionCursor {
  /** About 1,024 rows, or null at the end. */
  read(): Promise<Batch | null>
  close(): Promise<void>
}

/** What a column of the written table needs: its name there and what its values become. */
export interface WriteColumn {
  readonly name: string
  readonly type: DataType
  /** The type as the database names it; empty when unknown. */
  readonly databaseType: string
}

/** How a table is written. */
export interface WriteTable {
  /** Quoted. */
  readonly name: string
  /** Whether rows are written within a transaction of two phases. */
  readonly isTwoPhase: boolean
  /** A table that this writer may make for itself, quoted, beside the written one. */
  readonly stage: string
  readonly columns: readonly WriteColumn[]
  /** Columns of the key, by index; empty when there is none. */
  readonly keys: readonly number[]
}

export type WriteRows = (batches: readonly RowSelection[]) => Promise<void>

/** Writes rows of one table over one connection. Rows are given by index. */
export interface TableWriter {
  readonly insert: WriteRows
  readonly upsert: WriteRows
  readonly update: WriteRows
  readonly remove: WriteRows
}

export interface RowSelection {
  readonly batch: Batch
  /** Ascending; the first `count` of them count. */
  readonly rows: Int32Array
  readonly count: number
}

/** Two-phase commit. A transaction is named by two parts of at most 64 characters. */
export interface TransactionName {
  /** The same for all transactions of one sink of one job. */
  readonly group: string
  readonly branch: string
}

/** All that differs between databases. */
export interface Dialect {
  readonly connect: (host: Host, target: Target) => Promise<DatabaseConnection>
  readonly quote: (name: string) => string
  /** The place that a path such as `database.schema.table` means. */
  readonly nameOf: (path: string, target: Target) => TableName
  /** The path of a table as rows carry it. */
  readonly pathOf: (name: TableName) => string
  /** Quoted, as statements write it. */
  readonly qualified: (name: TableName) => string
  readonly listTables: (connection: DatabaseConnection, target: Target) => Promise<TableName[]>
  /** Undefined when there is no such table. */
  readonly describeTable: (
    connection: DatabaseConnection,
    name: TableName,
    options: ReadOptions,
  ) => Promise<TableDescription | undefined>
  readonly describeQuery: (
    connection: DatabaseConnection,
    query: string,
    options: ReadOptions,
  ) => Promise<readonly ReadColumn[]>
  readonly openCursor: (connection: DatabaseConnection, selection: Selection) => SelectionCursor
  /** Rows of a table by the statistics of the database; undefined when there are none. */
  readonly estimateRows: (
    connection: DatabaseConnection,
    name: TableName,
  ) => Promise<number | undefined>
  /** The expression as text that `literal` reads back. */
  readonly asText: (expression: string) => string
  /** True for one of about `rate` rows. */
  readonly sampleCondition: (rate: number) => string
  /** A literal of a value in the notation of `formatText`, bytes in base64. */
  readonly literal: (type: DataType, text: string) => string
  /** The type of a column of a table to create. */
  readonly columnType: (column: Column, isKey: boolean) => string
  readonly writeTable: (connection: DatabaseConnection, table: WriteTable) => TableWriter
  /** Runs a statement with a `?` for each column once for each row. */
  readonly writeStatement: (
    connection: DatabaseConnection,
    statement: string,
    types: readonly DataType[],
    batches: readonly RowSelection[],
  ) => Promise<void>
}
