import { defineSink, defineSource } from '../define.ts'
import { createSocketWriter } from './sink.ts'
import { createSocketEnumerator, createSocketReader, socketTable } from './source.ts'
import { SOCKET_SINK_OPTIONS, SOCKET_SOURCE_OPTIONS } from './spec.ts'

/** Socket as a source: the lines that a TCP server sends. */
export const socketSource = defineSource({
  kind: 'source',
  name: 'Socket',
  description: 'Reads lines of text from a TCP server.',
  options: SOCKET_SOURCE_OPTIONS,
  replayable: false,
  declaredTables: (_options, output) => [socketTable(output)],
  discoverTables: (_options, context) => Promise.resolve([socketTable(context.vertex.output)]),
  createEnumerator: () => createSocketEnumerator(),
  createReader: ({ host, port }, tables, context) =>
    createSocketReader({ host, port }, tables[0]!, context),
  bounded: (_options, jobMode) => jobMode === 'BATCH',
})

/** Socket as a sink: lines of JSON to a TCP server. */
export const socketSink = defineSink({
  kind: 'sink',
  name: 'Socket',
  description: 'Sends each row as a line of JSON to a TCP server.',
  options: SOCKET_SINK_OPTIONS,
  guarantee: () => 'at-least-once',
  createWriter: ({ host, port, max_retries: maxRetries }, _tables, context) =>
    createSocketWriter({ host, port }, maxRetries, context),
})
