import { expect, test } from 'bun:test'
import type {
  CommitInfo,
  SinkCommitter,
  SinkConnector,
  SinkWriter,
} from '../../jobs/connectors/index.ts'
import type { OptionSpecs, OptionsOf } from '../../jobs/options/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import { rowTexts } from './rowTexts.ts'
import { testContext, type TestContext, type TestContextOptions } from './testContext.ts'

/** A sink to try, with whatever it writes to; disposed of after each test. */
export interface SinkCase extends AsyncDisposable {
  readonly connector: SinkConnector
  /** Parsed. */
  readonly options: OptionsOf<OptionSpecs>
  readonly tables: readonly TableSchema[]
  /** At least two, of insert rows that are all different. */
  readonly batches: readonly Batch[]
  readonly context?: TestContextOptions
  /** What a reader of the sink sees now, as `rowTexts` writes it; left out when nothing can be seen. */
  readonly visibleRows?: (context: TestContext) => Promise<readonly string[]>
}

/** The tests that every sink connector must pass. `createCase` makes a case of its own for each. */
export const sinkContract = (name: string, createCase: () => Promise<SinkCase>): void => {
  const each = (title: string, body: (trial: Trial) => Promise<void>): void =>
    test(`${name}: ${title}`, async () => {
      await using sinkCase = await createCase()
      const trial = createTrial(sinkCase)
      await sinkCase.connector.prepare?.(sinkCase.options, sinkCase.tables, trial.context)
      await body(trial)
      await trial.close()
    })

  each('rows of every checkpoint are seen once after their commit', checkCommits)
  each('rows are not seen before their commit', checkInvisible)
  each('a commit that is repeated changes nothing', checkRecommit)
  each('what was prepared is committed by a process that comes after', checkCommitLater)
  each('what was prepared and aborted is never seen', checkAbortPrepared)
  each('what was not prepared is not seen after an abort', checkAbortWriter)
  each('what a crash left behind is removed at the next start', checkOrphans)
  each('several writers commit together', checkParallelWriters)
  each('a writer without rows prepares and closes', checkEmptyWriter)
}

interface Trial {
  readonly sinkCase: SinkCase
  readonly context: TestContext
  readonly isExactlyOnce: boolean
  openWriter(instance?: number, state?: readonly JsonValue[]): Promise<SinkWriter>
  createCommitter(): SinkCommitter | undefined
  expectVisible(batches: readonly Batch[]): Promise<void>
  close(): Promise<void>
}

const createTrial = (sinkCase: SinkCase): Trial => {
  const { connector, options, tables } = sinkCase
  const context = testContext(sinkCase.context)
  const opened: { close(): Promise<void> }[] = []
  return {
    sinkCase,
    context,
    isExactlyOnce: connector.guarantee(options) === 'exactly-once',
    async openWriter(instance = 0, state = []) {
      const writer = connector.createWriter(options, tables, { ...context, instance })
      opened.push(writer)
      await writer.open(state)
      return writer
    },
    createCommitter() {
      const committer = connector.createCommitter?.(options, context, tables)
      if (committer !== undefined) opened.push(committer)
      return committer
    },
    async expectVisible(batches) {
      const rows = await sinkCase.visibleRows?.(context)
      if (rows === undefined) return
      expect(rows.toSorted()).toEqual(batches.flatMap(rowTexts).toSorted())
    },
    async close() {
      for (const part of opened) await part.close()
    },
  }
}

const jsonCopy = <Item>(value: Item): Item => JSON.parse(JSON.stringify(value)) as Item

/** Writes the batches and prepares them, as the engine does at a barrier. */
const prepare = async (
  writer: SinkWriter,
  batches: readonly Batch[],
  checkpointId: number,
): Promise<readonly CommitInfo[]> => {
  for (const batch of batches) await writer.write(batch)
  await writer.flush?.()
  const infos = await writer.prepareCommit(checkpointId)
  expect(jsonCopy(infos)).toEqual([...infos])
  const state = writer.snapshot?.(checkpointId) ?? []
  expect(jsonCopy(state)).toEqual([...state])
  return jsonCopy(infos)
}

const checkCommits = async (trial: Trial): Promise<void> => {
  const { batches } = trial.sinkCase
  const writer = await trial.openWriter()
  const committer = trial.createCommitter()
  for (const [index, batch] of batches.entries()) {
    const infos = await prepare(writer, [batch], index + 1)
    await committer?.commit(infos)
    await trial.expectVisible(batches.slice(0, index + 1))
  }
  await committer?.finish?.()
}

const checkInvisible = async (trial: Trial): Promise<void> => {
  const writer = await trial.openWriter()
  const infos = await prepare(writer, trial.sinkCase.batches, 1)
  if (trial.isExactlyOnce) await trial.expectVisible([])
  await trial.createCommitter()?.commit(infos)
  await trial.expectVisible(trial.sinkCase.batches)
}

const checkRecommit = async (trial: Trial): Promise<void> => {
  const infos = await prepare(await trial.openWriter(), trial.sinkCase.batches, 1)
  const committer = trial.createCommitter()
  await committer?.commit(infos)
  await committer?.commit(infos)
  await trial.createCommitter()?.commit(infos)
  await trial.expectVisible(trial.sinkCase.batches)
}

const checkCommitLater = async (trial: Trial): Promise<void> => {
  const writer = await trial.openWriter()
  const infos = await prepare(writer, trial.sinkCase.batches, 1)
  const state = jsonCopy(writer.snapshot?.(1) ?? [])
  await writer.close()
  const committer = trial.createCommitter()
  await committer?.commit(infos)
  await committer?.abortOrphans?.()
  await trial.openWriter(0, state)
  await trial.expectVisible(trial.sinkCase.batches)
}

const checkAbortPrepared = async (trial: Trial): Promise<void> => {
  if (!trial.isExactlyOnce) return
  const infos = await prepare(await trial.openWriter(), trial.sinkCase.batches, 1)
  const committer = trial.createCommitter()
  await committer?.abort(infos)
  await trial.expectVisible([])
}

const checkAbortWriter = async (trial: Trial): Promise<void> => {
  const writer = await trial.openWriter()
  for (const batch of trial.sinkCase.batches) await writer.write(batch)
  await writer.abort?.()
  if (trial.isExactlyOnce) await trial.expectVisible([])
}

const checkOrphans = async (trial: Trial): Promise<void> => {
  if (!trial.isExactlyOnce) return
  const [first, ...rest] = trial.sinkCase.batches
  const writer = await trial.openWriter()
  const infos = await prepare(writer, [first!], 1)
  const state = jsonCopy(writer.snapshot?.(1) ?? [])
  // Checkpoint 2 is prepared but never completes; of what follows it, nothing is even prepared.
  await prepare(writer, rest.slice(0, 1), 2)
  for (const batch of rest.slice(1)) await writer.write(batch)
  await writer.close()

  const committer = trial.createCommitter()
  await committer?.commit(infos)
  await committer?.abortOrphans?.()
  const restored = await trial.openWriter(0, state)
  await trial.expectVisible([first!])
  const restInfos = await prepare(restored, rest, 2)
  await committer?.commit(restInfos)
  await trial.expectVisible(trial.sinkCase.batches)
}

const checkParallelWriters = async (trial: Trial): Promise<void> => {
  const { batches } = trial.sinkCase
  const infos: CommitInfo[] = []
  for (const [instance, batch] of batches.entries()) {
    infos.push(...(await prepare(await trial.openWriter(instance), [batch], 1)))
  }
  await trial.createCommitter()?.commit(infos)
  await trial.expectVisible(batches)
}

const checkEmptyWriter = async (trial: Trial): Promise<void> => {
  const writer = await trial.openWriter()
  const infos = await prepare(writer, [], 1)
  const committer = trial.createCommitter()
  if (infos.length > 0) await committer?.commit(infos)
  await trial.expectVisible([])
}
