import type { Clock } from '../../../runtime/host/index.ts'
import {
  BATCH_ROWS,
  batchOf,
  selectRows,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import { assert } from '../../../runtime/errors/index.ts'
import { ReadSignal, type SourceReader } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import { columnGenerator } from './columns.ts'
import type { FakeSplit } from './enumerator.ts'
import { fixedBatch } from './fixedRows.ts'
import { createRandomWords } from './random.ts'
import { tableSettings } from './settings.ts'
import { defaultValueOf, type FakeTable } from './tables.ts'

/** Makes rows `position` to `position + rowCount` of a split. */
type BatchMaker = (position: number, rowCount: number) => Batch

interface ReaderOptions {
  readonly tables: readonly FakeTable[]
  readonly schemas: readonly TableSchema[]
  readonly clock: Clock
  readonly signal: AbortSignal
}

export const createFakeReader = (options: ReaderOptions): SourceReader => {
  const { tables, schemas, clock, signal } = options
  const intervalMs = Math.min(...tables.map((table) => table.options['split.read-interval']))
  let current: FakeSplit | null = null
  let position = 0
  let makeBatch: BatchMaker | null = null
  let nextStartAtMs = Number.NEGATIVE_INFINITY

  return {
    open: () => Promise.resolve(),
    startSplit(split) {
      current = split as FakeSplit
      position = current.position
      makeBatch = batchMaker(tables[current.table]!, schemas[current.table]!, current)
      const pauseMs = nextStartAtMs - clock.monotonic()
      nextStartAtMs = clock.monotonic() + Math.max(0, pauseMs) + intervalMs
      return pauseMs > 0 ? waitMs(clock, pauseMs, signal) : undefined
    },
    read() {
      assert(current !== null && makeBatch !== null, 'a split was started before it is read')
      const rowCount = Math.min(BATCH_ROWS, current.rowCount - position)
      if (rowCount <= 0) {
        current = null
        makeBatch = null
        return ReadSignal.splitDone
      }
      const batch = makeBatch(position, rowCount)
      position += rowCount
      return batch
    },
    snapshot: () => (current === null ? null : { ...current, position }),
    close() {
      current = null
      makeBatch = null
      return Promise.resolve()
    },
  }
}

const batchMaker = (table: FakeTable, schema: TableSchema, split: FakeSplit): BatchMaker => {
  const { rows } = table.options
  return rows === undefined
    ? randomBatches(table, schema, split)
    : slicesOf(fixedBatch(schema, rows, split.nowMs))
}

const randomBatches = (table: FakeTable, schema: TableSchema, split: FakeSplit): BatchMaker => {
  const settings = tableSettings(table.options, schema, split.nowMs)
  const random = createRandomWords(split.seed)
  const generators = schema.columns.map((column) =>
    columnGenerator(column, settings, (type) => defaultValueOf(column, type, split.nowMs)),
  )
  return (position, rowCount) => {
    const columns = generators.map((generate, index) => {
      random.start(index, position)
      return generate(random, rowCount, split.firstRow + position)
    })
    return batchOf(schema, columns, rowCount)
  }
}

const slicesOf =
  (all: Batch): BatchMaker =>
  (position, rowCount) =>
    selectRows(
      all,
      Int32Array.from({ length: rowCount }, (_, row) => position + row),
      rowCount,
    )
