import {
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import {
  batchOf,
  vectorOf,
  type Batch,
  type Column,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import { columnsOf } from './types.ts'
import { valueOf, type TimeUnit } from './values.ts'

/** A file that can be read at any place. */
export type ParquetInput = AsyncBuffer

/** What the footer of a file tells. */
export interface ParquetFile {
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Reads `columns` from row `firstRow` on; null at the end. The next call goes on. */
  openRows(table: TableSchema, firstRow: number): ParquetRows
}

export interface ParquetRows {
  next(): Promise<Batch | null>
  /** The number of the next row, from 0. */
  position(): number
}

const BATCH_ROWS = 2048

/** Reads the footer. Throws FIL-001 when it is no parquet file, FIL-004 when it is damaged. */
export const openParquet = async (input: ParquetInput): Promise<ParquetFile> => {
  const metadata = await orDamaged(() => parquetMetadataAsync(input, { geoparquet: false }))
  const root = parquetSchema(metadata)
  const columns = columnsOf(metadata, root)
  const units = new Map(root.children.map((child) => [child.element.name, unitOf(child.element)]))
  const raw = { ...metadata, schema: metadata.schema.map(withoutDecimal) }
  return {
    columns,
    rowCount: Number(metadata.num_rows),
    openRows: (table, firstRow) => {
      checkColumns(table, columns)
      return readRows({ input, metadata: raw, table, units }, firstRow)
    },
  }
}

const checkColumns = (table: TableSchema, columns: readonly Column[]): void => {
  for (const { name } of table.columns) {
    if (!columns.some((column) => column.name === name)) {
      throw new EngineError('FIL-001', `The file has no column ${name}.`)
    }
  }
}

interface RowsRequest {
  readonly input: ParquetInput
  readonly metadata: FileMetaData
  readonly table: TableSchema
  readonly units: ReadonlyMap<string, TimeUnit>
}

/** One row group is in memory at a time. */
const readRows = (request: RowsRequest, firstRow: number): ParquetRows => {
  const { metadata } = request
  const bounds = [0]
  for (const group of metadata.row_groups) bounds.push(bounds.at(-1)! + Number(group.num_rows))
  let position = firstRow
  let groupStart = 0
  let columns: readonly (readonly unknown[])[] = []
  let groupRows = 0
  return {
    next: async () => {
      if (position >= bounds.at(-1)!) return null
      if (position >= groupStart + groupRows) {
        const group = bounds.findIndex((end) => end > position) - 1
        groupStart = bounds[group]!
        groupRows = bounds[group + 1]! - groupStart
        columns = await readGroup(request, groupStart, groupStart + groupRows)
      }
      const from = position - groupStart
      const to = Math.min(from + BATCH_ROWS, groupRows)
      const batch = batchOfColumns(request, columns, from, to)
      position = groupStart + to
      return batch
    },
    position: () => position,
  }
}

const batchOfColumns = (
  { table, units }: RowsRequest,
  columns: readonly (readonly unknown[])[],
  from: number,
  to: number,
): Batch => {
  const vectors = table.columns.map(({ name, type }, index) => {
    const unit = units.get(name) ?? 'nanos'
    const cells = columns[index]!.slice(from, to).map((raw) => valueOf(type, raw, unit))
    return vectorOf(type, cells)
  })
  return batchOf(table, vectors, to - from)
}

const readGroup = async (
  { input, metadata, table }: RowsRequest,
  rowStart: number,
  rowEnd: number,
): Promise<readonly (readonly unknown[])[]> => {
  const names = table.columns.map((column) => column.name)
  const pieces = new Map<string, { readonly start: number; readonly data: ArrayLike<unknown> }[]>()
  await orDamaged(() =>
    parquetRead({
      file: input,
      metadata,
      columns: names,
      rowStart,
      rowEnd,
      compressors,
      utf8: false,
      geoparquet: false,
      parsers: {
        timestampFromMilliseconds: (millis) => millis * 1_000_000n,
        timestampFromMicroseconds: (micros) => micros * 1000n,
        timestampFromNanoseconds: (nanos) => nanos,
        dateFromDays: (days) => days,
        jsonFromBytes: (bytes) => new TextDecoder().decode(bytes),
      },
      onChunk: ({ columnName, columnData, rowStart: start }) => {
        const known = pieces.get(columnName)
        const piece = { start, data: columnData as ArrayLike<unknown> }
        if (known === undefined) pieces.set(columnName, [piece])
        else known.push(piece)
      },
    }),
  )
  return names.map((name) =>
    (pieces.get(name) ?? [])
      .toSorted((left, right) => left.start - right.start)
      .flatMap(({ data }) => Array.from(data)),
  )
}

/** Decimals come as bytes and whole numbers: hyparquet itself makes doubles of them. */
const withoutDecimal = (element: SchemaElement): SchemaElement => {
  if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL')
    return element
  const { converted_type: _converted, logical_type: _logical, ...rest } = element
  return rest
}

const unitOf = ({ converted_type: converted, logical_type: logical }: SchemaElement): TimeUnit => {
  if (converted === 'TIME_MILLIS') return 'millis'
  if (converted === 'TIME_MICROS') return 'micros'
  if (logical?.type !== 'TIME') return 'nanos'
  return logical.unit === 'MILLIS' ? 'millis' : logical.unit === 'MICROS' ? 'micros' : 'nanos'
}

const orDamaged = async <Result>(act: () => Promise<Result>): Promise<Result> => {
  try {
    return await act()
  } catch (thrown) {
    if (thrown instanceof EngineError) throw thrown
    const isOther = /PAR1|footer|too short|invalid/i.test(messageOf(thrown))
    throw new EngineError(
      isOther ? 'FIL-001' : 'FIL-004',
      `${isOther ? 'It is no parquet file' : 'The parquet file is damaged'} (${messageOf(thrown)}).`,
      { cause: thrown },
    )
  }
}
