import { expect, test } from 'bun:test'
import type {
  ConnectorContext,
  SourceConnector,
  SourceReader,
  Split,
  SplitEnumerator,
} from '../../jobs/connectors/index.ts'
import type { OptionSpecs, OptionsOf } from '../../jobs/options/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import { rowTexts } from './rowTexts.ts'
import { testContext, type TestContextOptions } from './testContext.ts'

/** A bounded source to try, with whatever it reads from; disposed of after each test. */
export interface SourceCase extends AsyncDisposable {
  readonly connector: SourceConnector
  /** Parsed. */
  readonly options: OptionsOf<OptionSpecs>
  readonly context?: TestContextOptions
  /** How many rows all readers together yield. */
  readonly rowCount: number
  /** The rows in any order, as `rowTexts` writes them; left out when they are random. */
  readonly rows?: readonly string[]
}

/** How long a source may say `idle` without a row before the test gives up. */
const IDLE_LIMIT = 5_000

/**
 * The tests that every source connector must pass. `createCase` makes a case of its own for each
 * test; take several splits and batches to see anything.
 */
export const sourceContract = (name: string, createCase: () => Promise<SourceCase>): void => {
  const each = (title: string, body: (trial: Trial) => Promise<void>): void =>
    test(`${name}: ${title}`, async () => {
      await using sourceCase = await createCase()
      await body(await createTrial(sourceCase))
    })

  each('splits have ids of their own, the same when enumerated again', checkSplitIds)
  each('every row comes once, and then the end', checkEveryRow)
  each('a split of a failed reader is handed out again', checkGiveBack)
  each('a restored enumerator hands out the rest and nothing twice', checkEnumeratorRestore)
  each('a reader restored at any batch yields the rows that were left', checkReaderRestore)
  each('batches are of the discovered tables', checkTables)
  each('may be closed at any time, also twice', checkClose)
}

interface Trial {
  readonly sourceCase: SourceCase
  readonly tables: readonly TableSchema[]
  readonly parallelism: number
  openEnumerator(): Promise<SplitEnumerator>
  openReader(instance?: number): Promise<SourceReader>
}

const createTrial = async (sourceCase: SourceCase): Promise<Trial> => {
  const { connector, options } = sourceCase
  const contextOf = (instance: number): ConnectorContext =>
    testContext({ ...sourceCase.context, instance })
  const tables = await connector.discoverTables(options, contextOf(0))
  return {
    sourceCase,
    tables,
    parallelism: sourceCase.context?.parallelism ?? 1,
    async openEnumerator() {
      const enumerator = connector.createEnumerator(options, tables, contextOf(0))
      await enumerator.open()
      return enumerator
    },
    async openReader(instance = 0) {
      const reader = connector.createReader(options, tables, contextOf(instance))
      await reader.open()
      return reader
    },
  }
}

const jsonCopy = <Item>(value: Item): Item => JSON.parse(JSON.stringify(value)) as Item

/** All splits, asked for by the readers in turn. */
const drainSplits = async (enumerator: SplitEnumerator, parallelism: number): Promise<Split[]> => {
  const splits: Split[] = []
  for (let reader = 0; reader < parallelism; reader += 1) {
    for (;;) {
      const split = await enumerator.next(reader)
      expect(split).not.toBeUndefined()
      if (split === null || split === undefined) break
      expect(jsonCopy(split)).toEqual(split)
      splits.push(split)
    }
  }
  return splits
}

const readBatch = async (reader: SourceReader): Promise<Batch | null> => {
  for (let idle = 0; idle < IDLE_LIMIT; idle += 1) {
    const answer = await reader.read()
    if (answer === 'splitDone') return null
    if (answer !== 'idle') return answer
    await new Promise(setImmediate)
  }
  throw new Error('The source says idle for ever.')
}

const readSplit = async (reader: SourceReader, split: Split): Promise<Batch[]> => {
  const batches: Batch[] = []
  await reader.startSplit(split)
  for (let batch = await readBatch(reader); batch !== null; batch = await readBatch(reader)) {
    batches.push(batch)
  }
  expect(reader.snapshot()).toBeNull()
  return batches
}

const idsOf = (splits: readonly Split[]): string[] => splits.map((split) => split.id).toSorted()

const checkSplitIds = async (trial: Trial): Promise<void> => {
  const first = await trial.openEnumerator()
  const ids = idsOf(await drainSplits(first, trial.parallelism))
  await first.close()
  expect(new Set(ids).size).toBe(ids.length)
  const second = await trial.openEnumerator()
  expect(idsOf(await drainSplits(second, trial.parallelism))).toEqual(ids)
  await second.close()
}

const checkEveryRow = async (trial: Trial): Promise<void> => {
  const { connector, options, rowCount, rows } = trial.sourceCase
  expect(connector.bounded(options, 'BATCH')).toBeTrue()
  const enumerator = await trial.openEnumerator()
  const texts: string[] = []
  for (let instance = 0; instance < trial.parallelism; instance += 1) {
    const reader = await trial.openReader(instance)
    for (;;) {
      const split = await enumerator.next(instance)
      if (split === null || split === undefined) break
      for (const batch of await readSplit(reader, split)) texts.push(...rowTexts(batch))
    }
    await reader.close()
  }
  expect(await enumerator.next(0)).toBeNull()
  await enumerator.close()
  expect(texts.length).toBe(rowCount)
  if (rows !== undefined) expect(texts.toSorted()).toEqual(rows.toSorted())
}

const checkGiveBack = async (trial: Trial): Promise<void> => {
  const enumerator = await trial.openEnumerator()
  const splits = await drainSplits(enumerator, trial.parallelism)
  enumerator.giveBack(splits.slice(0, 1).map(jsonCopy))
  expect(await drainSplits(enumerator, trial.parallelism)).toEqual(splits.slice(0, 1))
  await enumerator.close()
}

const checkEnumeratorRestore = async (trial: Trial): Promise<void> => {
  const { connector, options, context } = trial.sourceCase
  const enumerator = await trial.openEnumerator()
  const taken = await enumerator.next(0)
  const state = jsonCopy(enumerator.snapshot())
  const rest = idsOf(await drainSplits(enumerator, trial.parallelism))
  await enumerator.close()

  const restored = connector.createEnumerator(options, trial.tables, testContext(context))
  restored.restore(state)
  await restored.open()
  expect(idsOf(await drainSplits(restored, trial.parallelism))).toEqual(rest)
  await restored.close()
  if (taken !== null && taken !== undefined) expect(rest).not.toContain(taken.id)
}

const checkReaderRestore = async (trial: Trial): Promise<void> => {
  if (!trial.sourceCase.connector.replayable) return
  const enumerator = await trial.openEnumerator()
  const splits = await drainSplits(enumerator, trial.parallelism)
  await enumerator.close()
  for (const split of splits) {
    const whole = await trial.openReader()
    const expected = (await readSplit(whole, split)).map(rowTexts)
    await whole.close()
    for (let read = 0; read <= expected.length; read += 1) {
      const reader = await trial.openReader()
      await reader.startSplit(split)
      for (let batch = 0; batch < read; batch += 1) await readBatch(reader)
      const snapshot = jsonCopy(reader.snapshot())
      await reader.close()
      expect(snapshot?.id).toBe(split.id)

      const restored = await trial.openReader()
      const rest = (await readSplit(restored, snapshot!)).flatMap(rowTexts)
      await restored.close()
      expect(rest).toEqual(expected.slice(read).flat())
    }
  }
}

const checkTables = async (trial: Trial): Promise<void> => {
  const { connector, options, context } = trial.sourceCase
  const declared = connector.declaredTables(options, context?.output)
  if (declared !== undefined) expect(declared).toEqual(trial.tables)
  const enumerator = await trial.openEnumerator()
  const reader = await trial.openReader()
  for (const split of await drainSplits(enumerator, trial.parallelism)) {
    for (const { table, columns, rowCount } of await readSplit(reader, split)) {
      expect(trial.tables).toContain(table)
      expect(columns.length).toBe(table.columns.length)
      expect(rowCount).toBeGreaterThan(0)
    }
  }
  await reader.close()
  await enumerator.close()
}

const checkClose = async (trial: Trial): Promise<void> => {
  const enumerator = await trial.openEnumerator()
  const split = await enumerator.next(0)
  const reader = await trial.openReader()
  if (split !== null && split !== undefined) {
    await reader.startSplit(split)
    await reader.read()
  }
  await reader.close()
  await reader.close()
  await enumerator.close()
  await enumerator.close()
}
