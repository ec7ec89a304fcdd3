import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localFileSink, localFileSource } from '../../../../jobs/connectors/localfile/index.ts'
import {
  batchOfRows,
  column,
  Decimal,
  type Batch,
  type TableSchema,
} from '../../../../runtime/rows/index.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import { testContext, type TestContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

/** A folder for one test. */
export const testFolder = async (): Promise<{ readonly path: string } & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'localfile-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export const ordersTable: TableSchema = {
  path: 'shop.orders',
  catalog: 'Test',
  columns: [
    column('id', { kind: 'bigint' }),
    column('name', { kind: 'string' }),
    column('total', { kind: 'decimal', precision: 38, scale: 18 }),
    column('day', { kind: 'date' }),
  ],
}

export const ORDERS_SCHEMA =
  'schema { table = shop.orders, fields { id = bigint, name = string, total = "decimal(38, 18)", day = date } }'

/** `count` orders, all different, from number `from` on. */
export const orders = (from: number, count: number): Batch =>
  batchOfRows(
    ordersTable,
    Array.from({ length: count }, (_, index) => {
      const number = from + index
      return [
        BigInt(number) * 9_007_199_254_740_993n,
        number % 5 === 0 ? null : `Müller, "${number}"`,
        new Decimal(BigInt(number) * 10n ** 18n + 1n, 18),
        19_000 + (number % 3),
      ]
    }),
  )

/** All rows of the files below a folder, read with the options of a source. */
export const readRows = async (
  options: string,
  context: TestContext = testContext(),
): Promise<string[]> => {
  const parsed = await writtenOptions(localFileSource.options, options)
  const tables = await localFileSource.discoverTables(parsed, context)
  const enumerator = localFileSource.createEnumerator(parsed, tables, context)
  await enumerator.open()
  const reader = localFileSource.createReader(parsed, tables, context)
  const texts: string[] = []
  await using closing = new AsyncDisposableStack()
  closing.defer(() => reader.close())
  for (;;) {
    const split = await enumerator.next(0)
    if (split === null || split === undefined) break
    await reader.startSplit(split)
    for (;;) {
      const answer = await reader.read()
      if (typeof answer === 'string') break
      texts.push(...rowTexts(answer))
    }
  }
  return texts
}

/** Writes batches in one checkpoint; yields the paths of the files below `folder`. */
export const writeRows = async (
  folder: string,
  options: string,
  batches: readonly Batch[],
): Promise<string[]> => {
  const context = testContext()
  const tables = [...new Set(batches.map((batch) => batch.table))]
  const parsed = await writtenOptions(
    localFileSink.options,
    `tmp_path = "${folder}/growing", ${options}`,
  )
  await localFileSink.prepare!(parsed, tables, context)
  const writer = localFileSink.createWriter(parsed, tables, context)
  await writer.open([])
  for (const batch of batches) await writer.write(batch)
  const committer = localFileSink.createCommitter!(parsed, context, tables)
  await committer.commit(await writer.prepareCommit(1))
  await committer.close()
  await writer.close()
  return filesBelow(folder)
}

export const filesBelow = async (folder: string): Promise<string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
