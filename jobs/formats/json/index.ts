export { createJsonReader, startsAsArray, type JsonReaderOptions } from './reader.ts'
export { jsonOf, jsonValueOf } from './values.ts'
export { createJsonWriter } from './writer.ts'
