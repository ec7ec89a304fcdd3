export { ByteSink } from './byteSink.ts'
export { skipBytes, type ByteSource } from './byteSource.ts'
export type { ByteCompressor } from './compression/index.ts'
export { createDeflater, createLzopWriter, inflate, openLzop } from './compression/index.ts'
export type {
  BadRow,
  NoteUnevenRow,
  ReadPosition,
  RejectBadRow,
  RowReader,
  RowWriter,
} from './contract.ts'
export {
  createDelimitedReader,
  createDelimitedWriter,
  headerOf,
  skipRows,
  type QuoteMode,
} from './delimited/index.ts'
export { decodeBytes, encoderOf, isUtf8, type EncodeBytes } from './encodings/index.ts'
export { createJsonReader, createJsonWriter, startsAsArray } from './json/index.ts'
export { loadParquet, type Parquet } from './loadParquet.ts'
export type { ParquetInput } from './parquet/index.ts'
