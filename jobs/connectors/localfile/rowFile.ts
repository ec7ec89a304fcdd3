import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import {
  createDelimitedReader,
  createJsonReader,
  decodeBytes,
  headerOf,
  inflate,
  isUtf8,
  openLzop,
  skipBytes,
  skipRows,
  startsAsArray,
  type ByteSource,
  type NoteUnevenRow,
  type ReadPosition,
  type RejectBadRow,
  type RowReader,
} from '../../formats/index.ts'
import { openFileBytes } from './bytes.ts'
import { rowDelimiterOf, type FileSplit } from './splits.ts'
import { fieldDelimiterOf, type FileTable } from './tables.ts'

/** An open file, or part of one, whatever its format. */
export interface OpenFile {
  /** The next rows, null at the end; with a promise only when bytes must be waited for. */
  read(): Batch | null | Promise<Batch | null>
  /** Just behind the last batch; what `position` of a split takes. */
  position(): JsonValue
  close(): Promise<void>
}

export interface OpenRequest {
  readonly host: Host
  readonly table: FileTable
  /** The columns to make: those of the files, without partition columns. */
  readonly columns: TableSchema
  readonly split: FileSplit
  readonly reject: RejectBadRow
  readonly noteUneven: NoteUnevenRow
}

/** Opens a file of text, csv or json. Positions count bytes of the decompressed text in UTF-8. */
export const openRowFile = async (request: OpenRequest): Promise<OpenFile> => {
  const { split } = request
  const prologue = await readPrologue(request)
  const saved = split.position as unknown as ReadPosition | null
  const isFirst = split.start === 0
  const from =
    saved ??
    (isFirst ? prologue.rows : { offset: Math.max(split.start, prologue.rows.offset), line: null })
  const reader = readerOf(request, prologue, from)
  return pump(reader, await openBytes(request, from.offset))
}

/** What stands in a file before its rows. */
interface Prologue {
  readonly rows: ReadPosition
  /** The names in the header; null without one. */
  readonly header: readonly string[] | null
  readonly isArray: boolean
}

const PROLOGUE_BYTES_MAX = 64 * 1024 * 1024
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const

export const readPrologue = async (
  request: Omit<OpenRequest, 'columns' | 'reject' | 'noteUneven'>,
): Promise<Prologue> => {
  const { table, split } = request
  const { options, format } = table
  const bytes = await openBytes(request, 0)
  try {
    let head = (await bytes.next()) ?? new Uint8Array(0)
    refuseBinary(table, split.path, head)
    const start = BYTE_ORDER_MARK.every((byte, index) => head[index] === byte) ? 3 : 0
    if (format === 'json') {
      return {
        rows: { offset: start, line: 0 },
        header: null,
        isArray: startsAsArray(head.subarray(start)),
      }
    }
    const hasHeader = format === 'csv' && options.csv_use_header_line
    const skipped = options.skip_header_row_number
    const rowDelimiter = rowDelimiterOf(table)
    for (;;) {
      const headerStart = skipRows(head, start, skipped, rowDelimiter)
      const end =
        headerStart < 0 || !hasHeader ? headerStart : skipRows(head, headerStart, 1, rowDelimiter)
      const more = end >= 0 || head.length > PROLOGUE_BYTES_MAX ? null : await bytes.next()
      if (more !== null) {
        head = Buffer.concat([head, more])
        continue
      }
      const offset = end < 0 ? head.length : end
      const syntax = {
        rowDelimiter,
        fieldDelimiter: fieldDelimiterOf(format, options.field_delimiter),
        quote: options.quote_char,
      }
      return {
        rows: { offset, line: skipped + (hasHeader ? 1 : 0) },
        header: hasHeader ? headerOf(head, Math.max(headerStart, start), offset, syntax) : null,
        isArray: false,
      }
    }
  } finally {
    await bytes.close()
  }
}

const SNIFFED_BYTES = 4096

const refuseBinary = (table: FileTable, path: string, head: Uint8Array): void => {
  if (!isUtf8(table.options.encoding)) return
  const zero = head.subarray(0, SNIFFED_BYTES).indexOf(0)
  if (zero < 0) return
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  throw new EngineError(
    'FIL-001',
    isGzip
      ? `${path} is compressed by gzip; set compress_codec = gzip.`
      : `${path} is not ${table.format} in UTF-8: byte ${zero} is zero. Check file_format_type, encoding and compress_codec.`,
  )
}

/** The text of the file in UTF-8 from byte `offset` of it on. */
const openBytes = async (
  { host, table, split }: Omit<OpenRequest, 'columns' | 'reject' | 'noteUneven'>,
  offset: number,
): Promise<ByteSource> => {
  const { options } = table
  const codec = options.compress_codec
  const isPlain = codec === 'none' && options.archive_compress_codec === 'none'
  if (isPlain && isUtf8(options.encoding)) {
    return openFileBytes(host.disk, split.path, offset, split.end)
  }
  const file = await openFileBytes(host.disk, split.path, 0, split.end)
  return skipBytes(decodeBytes(decompress(file, table), options.encoding), offset)
}

const decompress = (file: ByteSource, { options }: FileTable): ByteSource => {
  const archive = options.archive_compress_codec
  if (archive === 'gz') return inflate(file, 'gzip')
  if (archive !== 'none') {
    throw new EngineError(
      'FIL-005',
      `LocalFile: archives of kind ${archive} are not supported; use gz or none.`,
    )
  }
  switch (options.compress_codec) {
    case 'none':
      return file
    case 'gzip':
    case 'brotli':
    case 'zstd':
      return inflate(file, options.compress_codec)
    case 'zlib':
      return inflate(file, 'deflate')
    case 'lzo':
      return openLzop(file)
    default:
      throw new EngineError(
        'FIL-005',
        `LocalFile: ${options.compress_codec} is not supported for text, csv and json; use lzo, gzip, zstd, brotli, zlib or none.`,
      )
  }
}

const readerOf = (
  { table, columns, reject, noteUneven }: OpenRequest,
  prologue: Prologue,
  from: ReadPosition,
): RowReader => {
  const { options, format, declared } = table
  const temporal = {
    date: options.date_format,
    datetime: options.datetime_format,
    time: options.time_format,
  }
  if (format === 'json') {
    const layout = prologue.isArray ? 'array' : 'lines'
    return createJsonReader({ table: columns, layout, temporal, from, reject })
  }
  const isOneCell = declared === null && prologue.header === null
  const names = prologue.header ?? (declared ?? columns).columns.map((column) => column.name)
  return createDelimitedReader({
    table: columns,
    fields: names,
    fieldDelimiter: isOneCell ? '' : fieldDelimiterOf(format, options.field_delimiter),
    rowDelimiter: rowDelimiterOf(table),
    quote: format === 'csv' && !isOneCell ? options.quote_char : null,
    escape: options.escape_char ?? null,
    nullText: options.null_format ?? null,
    temporal,
    from,
    reject,
    noteUneven,
  })
}

const pump = (reader: RowReader, bytes: ByteSource): OpenFile => {
  let ended = false
  const readMore = async (): Promise<Batch | null> => {
    while (!ended) {
      const chunk = await bytes.next()
      if (chunk === null) {
        ended = true
        reader.end()
      } else {
        reader.push(chunk)
      }
      const batch = reader.next()
      if (batch !== null) return batch
    }
    return null
  }
  return {
    read: () => reader.next() ?? (ended ? null : readMore()),
    position: () => ({ ...reader.position() }),
    close: () => bytes.close(),
  }
}
