export { createDelimitedReader, type DelimitedReaderOptions } from './reader.ts'
export { createDelimitedWriter, type DelimitedWriterOptions, type QuoteMode } from './writer.ts'
