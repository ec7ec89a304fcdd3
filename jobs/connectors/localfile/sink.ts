import { defineSink } from '../define.ts'
import { createFileCommitter } from './commit.ts'
import { createFileWriter } from './fileWriter.ts'
import { compressorOf, encodeOf, loadRowWriters, type RowWriterOf } from './outputFile.ts'
import { applySaveModes } from './saveModes.ts'
import { SINK_OPTIONS } from './spec.ts'
import { targetFolder, targetOf, type FileTarget, type SinkOptions } from './targets.ts'

/** Makes what a file needs once, so that a codec or encoding that is not supported shows at the start. */
const checkFormat = (options: SinkOptions, target: FileTarget, rowWriterOf: RowWriterOf): void => {
  rowWriterOf(target)
  encodeOf(options, target)
  compressorOf(options, target)
}

/** Writes files to the local disk. */
export const localFileSink = defineSink({
  kind: 'sink',
  name: 'LocalFile',
  description: 'Writes text, csv, json, parquet and binary files to the local disk, exactly once.',
  options: SINK_OPTIONS,
  guarantee: (options) => (options.is_enable_transaction ? 'exactly-once' : 'at-least-once'),
  prepare: async (options, tables, { host }) => {
    const rowWriterOf = await loadRowWriters(options)
    for (const table of tables) checkFormat(options, targetOf(options, table), rowWriterOf)
    for (const folder of new Set(tables.map((table) => targetFolder(options, table)))) {
      await applySaveModes(host.disk, options, folder)
    }
  },
  createWriter: createFileWriter,
  createCommitter: createFileCommitter,
})
