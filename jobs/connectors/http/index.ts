import type { TableSchema } from '../../../runtime/rows/index.ts'
import { parseSchemaBlock } from '../../schema/index.ts'
import { defineSink, defineSource } from '../define.ts'
import { isJson } from './documents.ts'
import { createHttpWriter } from './sink.ts'
import { createHttpEnumerator, createHttpReader } from './source.ts'
import { HTTP_SINK_OPTIONS, HTTP_SOURCE_OPTIONS, type HttpSourceOptions } from './spec.ts'

/** The name of a table whose schema block names none and whose source has no output name. */
const DEFAULT_PATH = 'http'

const tableOf = (options: HttpSourceOptions, output: string | null | undefined): TableSchema => {
  const path = output ?? DEFAULT_PATH
  if (isJson(options)) return parseSchemaBlock(options.schema!, 'Http', path)
  return {
    path,
    catalog: 'Http',
    columns: [{ name: 'content', type: { kind: 'string' }, nullable: true }],
  }
}

/**
 * Reads responses, page by page. A checkpoint holds the next page; what a server answers to the same
 * request later may differ, so the source does not count as replayable.
 */
export const httpSource = defineSource({
  kind: 'source',
  name: 'Http',
  description: 'Reads JSON or text over HTTP, page by page or again and again.',
  options: HTTP_SOURCE_OPTIONS,
  replayable: false,
  declaredTables: (options, output) => [tableOf(options, output)],
  discoverTables: async (options, context) => [tableOf(options, context.vertex.output)],
  createEnumerator: createHttpEnumerator,
  createReader: createHttpReader,
  bounded: (_options, jobMode) => jobMode === 'BATCH',
})

/** Posts rows as JSON. */
export const httpSink = defineSink({
  kind: 'sink',
  name: 'Http',
  description: 'Posts rows as JSON over HTTP.',
  options: HTTP_SINK_OPTIONS,
  guarantee: () => 'at-least-once',
  createWriter: (options, _tables, context) => createHttpWriter(options, context),
})
