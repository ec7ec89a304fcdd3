import { EngineError } from '../../../runtime/errors/index.ts'
import { compileSelect, type CompiledSelect } from '../../../runtime/expressions/index.ts'
import { withColumns } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { SQL_OPTIONS } from './spec.ts'

/** Tells where in the query a mistake is; where the query stands in the job file, others know. */
const withPlaceInQuery = (compile: () => CompiledSelect): CompiledSelect => {
  try {
    return compile()
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.at === undefined) throw thrown
    const { line, column } = thrown.at
    const message = `${thrown.message} (\`query\`, line ${line}, column ${column})`
    throw new EngineError(thrown.code, message, { cause: thrown })
  }
}

/** Sql: computes columns and keeps rows by a query. */
export const sql = defineTableTransform({
  name: 'Sql',
  description: 'Computes columns and keeps rows by a SELECT over one table.',
  options: SQL_OPTIONS,
  needs: ['query'],
  bindTable: (options, table, host) => {
    const select = withPlaceInQuery(() => compileSelect(options.query!, table, host))
    const output = withColumns(table, select.columns, select.origins)
    return {
      outputs: [output],
      apply: (batch, emit) => {
        const result = select.apply(batch, output)
        if (result !== null) emit(result)
      },
    }
  },
})
