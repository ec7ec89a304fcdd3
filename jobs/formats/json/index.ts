export { createJsonReader, startsAsArray, type JsonReaderOptions } from './reader.ts'
export { jsonValueOf } from './values.ts'
export { createJsonWriter } from './writer.ts'
