import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import {
  batchOfRows,
  rowAt,
  Timestamp,
  valueToJson,
  type Batch,
  type TableSchema,
  type Value,
} from '../../runtime/rows/index.ts'
import type { TransformHost } from './contract.ts'
import { joinPath, partsOf } from './paths.ts'
import type { FailRow } from './tableTransform.ts'

/** Collects rows that fail as rows of the error table. */
export interface ErrorRoute {
  readonly table: TableSchema
  readonly take: FailRow
  /** Emits what was collected since the last time. */
  flush(emit: (batch: Batch) => void): void
}

/**
 * The columns of an error table are SeaTunnel's. A path without a database is in that of the source.
 * TRF-002 when no path is given.
 */
export const makeErrorRoute = (
  path: string | undefined,
  source: TableSchema,
  host: TransformHost,
): ErrorRoute => {
  if (path === undefined) {
    throw new EngineError(
      'TRF-002',
      'row_error_handle_way = ROUTE_TO_TABLE needs row_error_handle_way.error_table.',
    )
  }
  const text = { kind: 'string' } as const
  const table: TableSchema = {
    path: path.includes('.') ? path : joinPath({ ...partsOf(source.path), table: path }),
    catalog: source.catalog,
    columns: [
      { name: 'source_table_id', type: text, nullable: true },
      { name: 'source_table_path', type: text, nullable: true },
      { name: 'original_data', type: text, nullable: true },
      { name: 'validation_errors', type: text, nullable: true },
      { name: 'create_time', type: { kind: 'timestamp' }, nullable: true },
    ],
  }
  let rows: Value[][] = []
  const take: FailRow = (batch, row, error, details) => {
    const errors = details ?? [{ error_code: error.code, error_message: error.message }]
    rows.push([
      source.path,
      source.path,
      JSON.stringify(originalOf(batch, row)),
      JSON.stringify(errors),
      timestampOf(host.clock.now()),
    ])
  }
  const flush = (emit: (batch: Batch) => void): void => {
    if (rows.length === 0) return
    emit(batchOfRows(table, rows))
    rows = []
  }
  return { table, take, flush }
}

const originalOf = (batch: Batch, row: number): JsonValue => {
  const values = rowAt(batch, row)
  return Object.fromEntries(
    batch.table.columns.map(({ name, type }, index) => [name, valueToJson(type, values[index]!)]),
  )
}

const timestampOf = (nowMs: number): Timestamp => {
  const seconds = Math.floor(nowMs / 1000)
  return new Timestamp(seconds, Math.round((nowMs - seconds * 1000) * 1_000_000))
}
