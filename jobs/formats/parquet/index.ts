export { openParquet, type ParquetFile, type ParquetInput, type ParquetRows } from './reader.ts'
export { createParquetWriter, type ParquetWriterOptions } from './writer.ts'
