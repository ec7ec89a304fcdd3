import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ReadSignal,
  type SinkConnector,
  type SourceConnector,
} from '../../jobs/connectors/index.ts'
import { localFileSink, localFileSource } from '../../jobs/connectors/localfile/index.ts'
import { selectRows, type Batch, type Int32Vector } from '../../runtime/rows/index.ts'
import { testContext } from '../contract/testContext.ts'
import { writtenOptions } from '../contract/writtenOptions.ts'
import type { Figure } from './main.ts'

const SCHEMA = `schema { fields {
  id = bigint, name = string, city = string, quantity = int, amount = double,
  active = boolean, day = date, at = timestamp, code = string, note = string
} }`

const BLOCK_ROWS = 10_000
const MEBIBYTE = 1024 * 1024
const FORMATS = ['json', 'csv', 'parquet'] as const
const ROUNDS = 3
/** Rows whose quantity is below this pass the filter: three of four. */
const QUANTITY_LIMIT = 750

type Emit = (figure: Figure) => void

/**
 * CSV through a filter into files, on one core. `large` reads 2 GB once and tells the memory; names
 * of formats leave out the others.
 */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-files-'))
  const isLarge = options.includes('large')
  try {
    const path = join(folder, 'rows.csv')
    const rowCount = await writeRows(path, (isLarge ? 2048 : 128) * MEBIBYTE)
    const named = FORMATS.filter((format) => options.includes(format))
    for (const format of named.length === 0 ? FORMATS : named) {
      const rates: number[] = []
      for (let round = 0; round < (isLarge ? 1 : ROUNDS); round += 1) {
        rates.push(rowCount / (await copySeconds(path, join(folder, format), format)))
        await rm(join(folder, format), { recursive: true, force: true })
      }
      emit(figure(`csv to ${format}`, Math.max(...rates), 'rows/s', rowCount))
      const residentBytes = process.memoryUsage.rss()
      if (isLarge)
        emit(figure(`memory after csv to ${format}`, residentBytes / MEBIBYTE, 'MiB', rowCount))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const figure = (name: string, value: number, unit: string, rowCount: number): Figure => ({
  bench: 'files',
  name,
  value: Math.round(value),
  unit,
  rowCount,
})

const writeRows = async (path: string, sizeBytes: number): Promise<number> => {
  const lines: string[] = []
  for (let row = 0; row < BLOCK_ROWS; row += 1) lines.push(lineOf(row))
  const block = new TextEncoder().encode(lines.join(''))
  const writer = Bun.file(path).writer({ highWaterMark: 4 * MEBIBYTE })
  let written = 0
  let rowCount = 0
  while (written < sizeBytes) {
    await writer.write(block)
    written += block.length
    rowCount += BLOCK_ROWS
  }
  await writer.end()
  return rowCount
}

const lineOf = (row: number): string => {
  const cells = [
    100_000_000 + row * 7919,
    `Customer ${row % 997}`,
    ['Basel', 'Bern', 'Zürich', 'Genève'][row % 4],
    (row * 31) % 1000,
    ((row * 7919) % 1_000_000) / 100,
    row % 3 === 0,
    `2024-0${1 + (row % 9)}-1${row % 10}`,
    `2024-01-26 12:${10 + (row % 50)}:${10 + (row % 49)}`,
    `C${row % 89}`,
    'as agreed',
  ]
  return `${cells.join(',')}\n`
}

const copySeconds = async (path: string, target: string, format: string): Promise<number> => {
  const context = testContext()
  const source: SourceConnector = localFileSource
  const sink: SinkConnector = localFileSink
  const sourceOptions = await writtenOptions(
    source.options,
    `path = "${path}", file_format_type = csv, ${SCHEMA}`,
  )
  const sinkOptions = await writtenOptions(
    sink.options,
    `path = "${target}", tmp_path = "${target}-growing", file_format_type = ${format}`,
  )
  const started = performance.now()
  const tables = await source.discoverTables(sourceOptions, context)
  const enumerator = source.createEnumerator(sourceOptions, tables, context)
  await enumerator.open()
  const reader = source.createReader(sourceOptions, tables, context)
  const writer = sink.createWriter(sinkOptions, tables, context)
  await writer.open([])
  for (;;) {
    const split = await enumerator.next(0)
    if (split === null || split === undefined) break
    await reader.startSplit(split)
    for (;;) {
      const answer = reader.read()
      const batch = answer instanceof Promise ? await answer : answer
      if (batch === ReadSignal.splitDone || batch === ReadSignal.idle) break
      const pending = writer.write(filtered(batch))
      if (pending !== undefined) await pending
    }
  }
  const committer = sink.createCommitter!(sinkOptions, context, tables)
  await committer.commit(await writer.prepareCommit(1))
  await committer.close()
  await writer.close()
  await reader.close()
  return (performance.now() - started) / 1000
}

const filtered = (batch: Batch): Batch => {
  const { values } = batch.columns[3] as Int32Vector
  const kept = new Int32Array(batch.rowCount)
  let count = 0
  for (let row = 0; row < batch.rowCount; row += 1) {
    if (values[row]! < QUANTITY_LIMIT) kept[count++] = row
  }
  return selectRows(batch, kept, count)
}
