import { compileSelect } from '../../../runtime/expressions/index.ts'
import { withColumns } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { SQL_OPTIONS } from './spec.ts'

/** Sql: computes columns and keeps rows by a query. */
export const sql = defineTableTransform({
  name: 'Sql',
  description: 'Computes columns and keeps rows by a SELECT over one table.',
  options: SQL_OPTIONS,
  needs: ['query'],
  bindTable: (options, table, host) => {
    const select = compileSelect(options.query!, table, host)
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
