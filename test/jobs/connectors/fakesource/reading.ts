import { fakeSource } from '../../../../jobs/connectors/fakesource/index.ts'
import { rowAt, type Batch, type Value } from '../../../../runtime/rows/index.ts'
import { testContext, type TestContextOptions } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

/** The options of FakeSource as a job file writes them. */
export const optionsOf = (text: string) => writtenOptions(fakeSource.options, text)

/** All batches of one reader, split by split. */
export const readAll = async (
  text: string,
  settings: TestContextOptions = {},
): Promise<Batch[]> => {
  const options = await optionsOf(text)
  const context = testContext(settings)
  const tables = await fakeSource.discoverTables(options, context)
  const enumerator = fakeSource.createEnumerator(options, tables, context)
  const reader = fakeSource.createReader(options, tables, context)
  await enumerator.open()
  await reader.open()
  const batches: Batch[] = []
  for (;;) {
    const split = await enumerator.next(context.instance)
    if (split === null || split === undefined) break
    await reader.startSplit(split)
    for (let answer = await reader.read(); answer !== 'splitDone'; answer = await reader.read()) {
      if (answer !== 'idle') batches.push(answer)
    }
  }
  return batches
}

/** As `readAll`, row by row. */
export const readRows = async (text: string, settings?: TestContextOptions): Promise<Value[][]> =>
  (await readAll(text, settings)).flatMap((batch) =>
    Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)),
  )

/** The values of one column of `type`. */
export const readColumn = async (type: string, more = ''): Promise<Value[]> =>
  (await readRows(`schema { fields { a = "${type}" } }, row.num = 500, ${more}`)).map(
    ([value]) => value!,
  )

/** How reading fails, as `CODE sentence`. */
export const failure = async (text: string): Promise<string> => {
  try {
    await readAll(text)
    return 'no failure'
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
}
