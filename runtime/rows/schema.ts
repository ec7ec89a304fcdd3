import type { JsonValue } from '../config/index.ts'
import type { DataType } from './types.ts'

export interface Column {
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
  readonly columnLength?: number
  readonly columnScale?: number
  readonly defaultValue?: JsonValue
  readonly comment?: string
  /** The type that a sink which creates the table gives the column, in the words of its database. */
  readonly sinkType?: string
}

export interface PrimaryKey {
  readonly name: string
  readonly columnNames: readonly string[]
}

export interface ConstraintKey {
  readonly name: string
  readonly kind: 'INDEX_KEY' | 'UNIQUE_KEY' | 'FOREIGN_KEY' | 'VECTOR_INDEX_KEY'
  readonly columns: readonly { readonly name: string; readonly sort?: 'ASC' | 'DESC' }[]
}

/** A table as a source or transform announces it: frozen and JSON-safe. */
export interface TableSchema {
  /** `table`, `database.table` or `database.schema.table`: the id that rows carry. */
  readonly path: string
  /** The name of the catalog or connector that the table comes from. */
  readonly catalog: string
  readonly columns: readonly Column[]
  readonly primaryKey?: PrimaryKey
  readonly constraintKeys?: readonly ConstraintKey[]
  readonly comment?: string
}

/** The index of a column by its exact name, or -1. */
export const columnIndex = (schema: TableSchema, name: string): number =>
  schema.columns.findIndex((column) => column.name === name)

/** A nullable column with nothing but a name and a type. */
export const column = (name: string, type: DataType): Column => ({ name, type, nullable: true })
