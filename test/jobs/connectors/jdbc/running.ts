import { jdbcSink, jdbcSource } from '../../../../jobs/connectors/jdbc/index.ts'
import { rowAt, type Batch, type TableSchema, type Value } from '../../../../runtime/rows/index.ts'
import { testContext, type TestContextOptions } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

export interface Read {
  readonly tables: readonly TableSchema[]
  readonly batches: readonly Batch[]
  readonly rows: readonly Value[][]
  readonly splitCount: number
}

/** Everything that a source with these options yields. */
export const readAll = async (text: string, settings: TestContextOptions = {}): Promise<Read> => {
  const options = await writtenOptions(jdbcSource.options, text)
  const context = testContext(settings)
  const tables = await jdbcSource.discoverTables(options, context)
  const enumerator = jdbcSource.createEnumerator(options, tables, context)
  const reader = jdbcSource.createReader(options, tables, context)
  try {
    await enumerator.open()
    await reader.open()
    const batches: Batch[] = []
    for (let split = await enumerator.next(0); split; split = await enumerator.next(0)) {
      await reader.startSplit(split)
      for (let answer = await reader.read(); answer !== 'splitDone'; answer = await reader.read()) {
        if (answer !== 'idle') batches.push(answer)
      }
    }
    const rows = batches.flatMap((batch) =>
      Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)),
    )
    return { tables, batches, rows, splitCount: enumerator.splitCount ?? 0 }
  } finally {
    await reader.close()
    await enumerator.close()
  }
}

/** Starts a sink with these options, writes the batches and commits. */
export const writeAll = async (
  text: string,
  batches: readonly Batch[],
  settings: TestContextOptions = {},
): Promise<void> => {
  const options = await writtenOptions(jdbcSink.options, text)
  const context = testContext(settings)
  const tables = [...new Map(batches.map(({ table }) => [table.path, table])).values()]
  await jdbcSink.prepare!(options, tables, context)
  const writer = jdbcSink.createWriter(options, tables, context)
  const committer = jdbcSink.createCommitter!(options, context, tables)
  try {
    await writer.open([])
    for (const batch of batches) await writer.write(batch)
    await committer.commit(await writer.prepareCommit(1))
  } finally {
    await writer.close()
    await committer.close()
  }
}

/** The code and sentence of the error that `work` ends with. */
export const failureOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no failure'
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
}
