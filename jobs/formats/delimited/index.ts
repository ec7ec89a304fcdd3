export { headerOf, skipRows, type HeaderSyntax } from './header.ts'
export { createDelimitedReader, type DelimitedReaderOptions } from './reader.ts'
export { createDelimitedWriter, type DelimitedWriterOptions, type QuoteMode } from './writer.ts'
