import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import {
  formatText,
  selectRows,
  Timestamp,
  valueAt,
  type Batch,
  type Column,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import { compilePattern } from '../../../runtime/timepatterns/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import { binaryPathIndex } from './binaryWriter.ts'
import { diskPath, escapePath, joinPath, NULL_PARTITION } from './paths.ts'
import type { SINK_OPTIONS } from './spec.ts'
import { supportedFormat, type FileFormat } from './tables.ts'
import { fillIn, tableVariables } from './texts.ts'

export type SinkOptions = OptionsOf<typeof SINK_OPTIONS>

/** Where the rows of one table go, and which columns of them. */
export interface FileTarget {
  readonly format: FileFormat
  readonly folder: string
  /** The columns in the files, in order. */
  readonly written: TableSchema
  /** The place of each written column in a batch. */
  readonly columnIndices: readonly number[]
  /** The place of each partition column in a batch. */
  readonly partitionIndices: readonly number[]
  readonly table: TableSchema
}

/** The folder of a table. */
export const targetFolder = (options: SinkOptions, table: TableSchema): string =>
  diskPath(fillIn(options.path, tableVariables(table.path)))

/** Resolves the columns that the options name. Throws CFG-005 and FIL-005. */
export const targetOf = (options: SinkOptions, table: TableSchema): FileTarget => {
  const format = supportedFormat(options.file_format_type)
  const partitionBy = options.partition_by ?? []
  const named = options.sink_columns ?? []
  const partitionIndices =
    format === 'binary'
      ? [binaryPathIndex(table)]
      : partitionBy.map((name) => indexOf(table, name, 'partition_by'))
  const chosen =
    named.length === 0
      ? table.columns.map((_, index) => index)
      : named.map((name) => indexOf(table, name, 'sink_columns'))
  const keepsAll = options.is_partition_field_write_in_file || format === 'binary'
  const columnIndices = keepsAll
    ? chosen
    : chosen.filter((index) => !partitionIndices.includes(index))
  if (columnIndices.length === 0) {
    throw new EngineError(
      'CFG-005',
      'LocalFile: no column is left to write besides those of partition_by.',
    )
  }
  const columns: Column[] = columnIndices.map((index) => table.columns[index]!)
  const written = { path: table.path, catalog: table.catalog, columns }
  const folder = targetFolder(options, table)
  return { format, folder, written, columnIndices, partitionIndices, table }
}

const indexOf = (table: TableSchema, name: string, option: string): number => {
  const exact = table.columns.findIndex((column) => column.name === name)
  const lowered = name.toLowerCase()
  const index =
    exact >= 0 ? exact : table.columns.findIndex((column) => column.name.toLowerCase() === lowered)
  if (index >= 0) return index
  const known = table.columns.map((column) => column.name).join(', ')
  throw new EngineError(
    'CFG-005',
    `LocalFile: ${option} names ${name}, which ${table.path} lacks; it has ${known}.`,
  )
}

/** Rows of one folder. */
export interface PartitionedRows {
  /** Relative to the folder of the table; empty without partitions. */
  readonly folder: string
  readonly batch: Batch
}

/** The rows of a batch by the folder that they go to, with the columns that are written. */
export const partitionRows = (
  options: SinkOptions,
  target: FileTarget,
  batch: Batch,
): readonly PartitionedRows[] => {
  const written: Batch = {
    ...batch,
    table: target.written,
    columns: target.columnIndices.map((index) => batch.columns[index]!),
  }
  if (target.partitionIndices.length === 0) return [{ folder: '', batch: written }]
  const rowsByFolder = new Map<string, number[]>()
  for (let row = 0; row < batch.rowCount; row += 1) {
    const folder = partitionFolder(options, target, batch, row)
    const rows = rowsByFolder.get(folder)
    if (rows === undefined) rowsByFolder.set(folder, [row])
    else rows.push(row)
  }
  return [...rowsByFolder].map(([folder, rows]) => ({
    folder,
    batch: selectRows(written, Int32Array.from(rows), rows.length),
  }))
}

const partitionFolder = (
  options: SinkOptions,
  target: FileTarget,
  batch: Batch,
  row: number,
): string => {
  if (target.format === 'binary') {
    return safePath(
      formatText(PATH_TYPE, valueAt(batch.columns[target.partitionIndices[0]!]!, row)),
    )
  }
  const values: { [name: string]: string } = {}
  const parts: string[] = []
  for (const [position, index] of target.partitionIndices.entries()) {
    const { name, type } = target.table.columns[index]!
    const value = valueAt(batch.columns[index]!, row)
    const text = value === null ? NULL_PARTITION : escapePath(formatText(type, value))
    values[`k${position}`] = name
    values[`v${position}`] = text
    parts.push(`${name}=${text}`)
  }
  const expression = options.partition_dir_expression ?? ''
  return expression === '' ? parts.join('/') : fillIn(expression, values).replace(/^\/+|\/+$/g, '')
}

const PATH_TYPE = { kind: 'string' } as const

/** A path within the folder, whatever the rows say. */
const safePath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part === '.' || part === '..' ? escapePath(part) : part))
    .join('/')

/** What the names of the files of one checkpoint are made of. */
export interface FileNaming {
  readonly transactionId: string
  readonly nowMs: number
  readonly uuid: string
}

export const namingOf = (
  host: Host,
  { jobId, writerId, instance }: { jobId: string; writerId: string; instance: number },
  checkpointId: number,
): FileNaming => ({
  transactionId: `T_${jobId}_${writerId}_${instance}_${checkpointId}`,
  nowMs: host.clock.now(),
  uuid: host.random.uuid(),
})

/** The name of file number `part` of a checkpoint. */
export const fileNameOf = (options: SinkOptions, naming: FileNaming, part: number): string => {
  const now = compilePattern(options.filename_time_format).formatTimestamp(
    new Timestamp(Math.floor(naming.nowMs / 1000), (naming.nowMs % 1000) * 1_000_000, 0),
  )
  const name = fillIn(nameExpression(options), {
    transactionId: naming.transactionId,
    uuid: naming.uuid,
    now,
    [options.filename_time_format]: now,
  })
  return `${name}${options.single_file_mode ? '' : `_${part}`}${extensionOf(options)}`
}

/** Rows can be written exactly once only when no two transactions write one name. */
const nameExpression = (options: SinkOptions): string => {
  const { file_name_expression: expression } = options
  if (!options.custom_filename || expression.trim() === '') return '${transactionId}'
  const isMarked = !options.is_enable_transaction || expression.includes('${transactionId}')
  return isMarked ? expression : `\${transactionId}_${expression}`
}

/** Whether two files of the job can never have one name. */
export const hasUniqueNames = (options: SinkOptions): boolean =>
  /\$\{(?:transactionId|uuid)\}/.test(nameExpression(options))

const CODEC_EXTENSIONS: { readonly [codec: string]: string } = {
  none: '',
  lzo: '.lzo',
  snappy: '.snappy',
  lz4: '.lz4',
  zlib: '.zlib',
  gzip: '.gz',
  brotli: '.br',
  zstd: '.zstd',
}

const extensionOf = (options: SinkOptions): string => {
  const own = options.filename_extension
  if (own !== undefined && own !== '') return own.startsWith('.') ? own : `.${own}`
  const format = options.file_format_type === 'text' ? 'txt' : options.file_format_type
  return `${CODEC_EXTENSIONS[options.compress_codec] ?? ''}.${format}`
}

/** The folder in which the files of one sink of a job grow. */
export const growingFolder = (options: SinkOptions, jobId: string, vertexName: string): string =>
  joinPath(diskPath(options.tmp_path), 'seatunnel', escapePath(jobId), escapePath(vertexName))
