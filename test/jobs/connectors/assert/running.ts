import { assertSink } from '../../../../jobs/connectors/assert/index.ts'
import type { CommitInfo } from '../../../../jobs/connectors/index.ts'
import type { JsonValue } from '../../../../runtime/config/index.ts'
import {
  batchOfRows,
  parseType,
  valueFromJson,
  type Batch,
  type Column,
  type TableSchema,
} from '../../../../runtime/rows/index.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

/** The options of Assert with these rules. */
export const optionsOf = (rules: string) => writtenOptions(assertSink.options, `rules { ${rules} }`)

/** A table of nullable columns, by name and written type. */
export const tableOf = (types: { [name: string]: JsonValue }, path = 't'): TableSchema => ({
  path,
  catalog: 'FakeSource',
  columns: Object.entries(types).map(([name, type]): Column => ({
    name,
    type: parseType(type),
    nullable: true,
  })),
})

/** Rows as JSON. */
export const batchFrom = (table: TableSchema, rows: readonly (readonly JsonValue[])[]): Batch =>
  batchOfRows(
    table,
    rows.map((row) => row.map((value, index) => valueFromJson(table.columns[index]!.type, value))),
  )

/** Runs a batch job of one writer for each list of batches; the failure as `CODE sentence`. */
export const run = async (
  rules: string,
  tables: readonly TableSchema[],
  writers: readonly (readonly Batch[])[],
): Promise<string> => {
  try {
    const options = await optionsOf(rules)
    const context = testContext()
    await assertSink.prepare?.(options, tables, context)
    const infos: CommitInfo[] = []
    for (const batches of writers) {
      const writer = assertSink.createWriter(options, tables, context)
      await writer.open([])
      for (const batch of batches) await writer.write(batch)
      infos.push(...(await writer.prepareCommit(1)))
    }
    const committer = assertSink.createCommitter!(options, context, tables)
    await committer.commit(infos)
    await committer.finish?.()
    return 'ok'
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
}

/** Whether one value of a column of `type` keeps the rules of `field`. */
export const judge = (type: JsonValue, value: JsonValue, field: string): Promise<string> => {
  const table = tableOf({ c: type })
  return run(
    `field_rules = [{ field_name = c, ${field} }]`,
    [table],
    [[batchFrom(table, [[value]])]],
  )
}

/** As `judge`, for one value rule. */
export const judgeValue = (type: JsonValue, value: JsonValue, rule: string): Promise<string> =>
  judge(type, value, `field_value = [{ ${rule} }]`)

/** A table of one int column, n. */
export const numbers = tableOf({ n: 'int' })
/** Three rows of it. */
export const oneToThree = batchFrom(numbers, [[1], [2], [3]])
