import { assert, EngineError } from '../../../runtime/errors/index.ts'
import type { Disk, DiskFile } from '../../../runtime/host/index.ts'
import type { Batch } from '../../../runtime/rows/index.ts'
import {
  createDeflater,
  createDelimitedWriter,
  createJsonWriter,
  createLzopWriter,
  encoderOf,
  loadParquet,
  type ByteCompressor,
  type EncodeBytes,
  type Parquet,
  type QuoteMode,
  type RowWriter,
} from '../../formats/index.ts'
import { createBinaryWriter } from './binaryWriter.ts'
import { fieldDelimiterOf } from './tables.ts'
import type { FileTarget, SinkOptions } from './targets.ts'
import { unescapeText } from './texts.ts'

/** A file that grows until its checkpoint. */
export interface OutputFile {
  readonly path: string
  /** Where it becomes visible: the folder, and its number among the files of the checkpoint. */
  readonly folder: string
  readonly part: number
  /** True when `folder` is the path of the file itself, which binary rows tell. */
  readonly isWhole: boolean
  readonly rowCount: number
  readonly isOpen: boolean
  readonly pendingBytes: number
  write(batch: Batch): void
  /** Writes what is encoded to the disk. */
  flush(): Promise<void>
  /** Gives the handle back; the next `flush` opens the file again. */
  release(): Promise<void>
  /** Ends the file and makes it survive a crash. */
  finish(): Promise<void>
}

export interface OutputFileOptions {
  readonly disk: Disk
  readonly path: string
  readonly folder: string
  readonly part: number
  readonly isWhole: boolean
  readonly writer: RowWriter
  readonly encode: EncodeBytes | null
  readonly compressor: ByteCompressor | null
}

export const createOutputFile = (options: OutputFileOptions): OutputFile => {
  const { disk, path, writer, encode, compressor } = options
  let rowCount = 0
  let handle: DiskFile | null = null
  let writing: Promise<void> | null = null

  /** The disk works on the last piece while the next one is made; a failure shows one call later. */
  const store = async (bytes: Uint8Array): Promise<void> => {
    await settle()
    if (bytes.length === 0 && handle !== null) return
    handle ??= await disk.open(path, 'append')
    writing = handle.write(bytes)
    writing.catch(() => undefined)
  }
  const settle = async (): Promise<void> => {
    const last = writing
    writing = null
    await last
  }
  const flush = async (): Promise<void> => {
    const taken = writer.take()
    const encoded = encode === null ? taken.slice() : encode(taken)
    await store(compressor === null ? encoded : await compressor.write(encoded))
  }
  const release = async (): Promise<void> => {
    const open = handle
    handle = null
    try {
      await settle()
    } finally {
      await open?.close()
    }
  }
  return {
    path,
    folder: options.folder,
    part: options.part,
    isWhole: options.isWhole,
    get rowCount() {
      return rowCount
    },
    get isOpen() {
      return handle !== null
    },
    get pendingBytes() {
      return writer.pendingBytes
    },
    write: (batch) => {
      writer.write(batch)
      rowCount += batch.rowCount
    },
    flush,
    release,
    finish: async () => {
      writer.finish()
      await flush()
      if (compressor !== null) await store(await compressor.finish())
      await settle()
      await handle!.sync()
      await release()
    },
  }
}

/** Makes the writers of the files of a job. */
export type RowWriterOf = (target: FileTarget) => RowWriter

/** Loads what the format of a job needs. */
export const loadRowWriters = async (options: SinkOptions): Promise<RowWriterOf> => {
  const parquet = options.file_format_type === 'parquet' ? await loadParquet() : null
  return (target) => rowWriterOf(options, target, parquet)
}

const rowWriterOf = (
  options: SinkOptions,
  target: FileTarget,
  parquet: Parquet | null,
): RowWriter => {
  const { format, written: table } = target
  const rowDelimiter = unescapeText(options.row_delimiter)
  switch (format) {
    case 'text':
    case 'csv':
      return createDelimitedWriter({
        table,
        fieldDelimiter: fieldDelimiterOf(format, options.field_delimiter),
        rowDelimiter,
        quoteMode: format === 'csv' ? (options.csv_string_quote_mode as QuoteMode) : null,
        hasHeader: options.enable_header_write,
        temporal: {
          date: options.date_format,
          datetime: options.datetime_format,
          time: options.time_format,
        },
      })
    case 'json':
      return createJsonWriter(table, rowDelimiter)
    case 'parquet':
      assert(parquet !== null, 'the parquet format is loaded before rows are written')
      return parquet.createParquetWriter({
        table,
        codec: options.compress_codec,
        timestampsAsInt96: options.parquet_avro_write_timestamp_as_int96,
        int96Columns: new Set(options.parquet_avro_write_fixed_as_int96 ?? []),
      })
    case 'binary':
      return createBinaryWriter(table)
    default:
      throw new EngineError(
        'FIL-005',
        `LocalFile: the sink cannot write files of format ${format}.`,
      )
  }
}

/** The conversion that text formats need; null where none is. Throws FIL-005. */
export const encodeOf = (options: SinkOptions, target: FileTarget): EncodeBytes | null =>
  target.format === 'parquet' || target.format === 'binary' ? null : encoderOf(options.encoding)

/** A compressor for the next file; null where the format or nobody compresses. Throws FIL-005. */
export const compressorOf = (options: SinkOptions, target: FileTarget): ByteCompressor | null => {
  if (target.format === 'parquet' || target.format === 'binary') return null
  switch (options.compress_codec) {
    case 'none':
      return null
    case 'lzo':
      return createLzopWriter()
    case 'gzip':
    case 'brotli':
    case 'zstd':
      return createDeflater(options.compress_codec)
    case 'zlib':
      return createDeflater('deflate')
    default:
      throw new EngineError(
        'FIL-005',
        `LocalFile: ${options.compress_codec} is not supported for ${target.format} files; use lzo, gzip, zstd, brotli, zlib or none.`,
      )
  }
}
