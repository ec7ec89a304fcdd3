import { defineSink, defineSource } from '../define.ts'
import { createEntriesEnumerator, createEntriesReader } from './entries.ts'
import { createJournalEnumerator, createJournalReader } from './journal.ts'
import { tableOf } from './rows.ts'
import { createGridMapWriter } from './sink.ts'
import { GRID_MAP_SINK_OPTIONS, GRID_MAP_SOURCE_OPTIONS } from './spec.ts'

/** GridMap as a source: the entries of a map of the grid, or its changes. */
export const gridMapSource = defineSource({
  kind: 'source',
  name: 'GridMap',
  description: 'Reads the entries of a map of the grid, or its changes as they are made.',
  options: GRID_MAP_SOURCE_OPTIONS,
  replayable: true,
  declaredTables: (options, output) => [tableOf(options, output)],
  discoverTables: (options, context) => Promise.resolve([tableOf(options, context.vertex.output)]),
  createEnumerator: (options, _tables, context) =>
    options.read === 'journal'
      ? createJournalEnumerator(options, context)
      : createEntriesEnumerator(options, context),
  createReader: (options, tables, context) =>
    options.read === 'journal'
      ? createJournalReader(options, tables[0]!, context)
      : createEntriesReader(options, tables[0]!, context),
  bounded: ({ read }) => read !== 'journal',
})

/** GridMap as a sink: an entry for each row. */
export const gridMapSink = defineSink({
  kind: 'sink',
  name: 'GridMap',
  description: 'Puts each row into a map of the grid, by its key.',
  options: GRID_MAP_SINK_OPTIONS,
  guarantee: () => 'idempotent',
  createWriter: (options, _tables, context) => createGridMapWriter(options, context),
})
