import { javaRegex } from '../../../runtime/expressions/index.ts'
import { partsOf } from '../paths.ts'
import { relabelling } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { TABLE_FILTER_OPTIONS } from './spec.ts'

/** TableFilter: keeps tables by their names. */
export const tableFilter = defineTableTransform({
  name: 'TableFilter',
  description: 'Keeps or drops whole tables by their names.',
  options: TABLE_FILTER_OPTIONS,
  bindTable: (options, table) => {
    const { database, schema, table: name } = partsOf(table.path)
    const all =
      matches(options.database_pattern, database) &&
      matches(options.schema_pattern, schema) &&
      matches(options.table_pattern, name)
    const kept = all === (options.pattern_mode === 'INCLUDE')
    return kept ? relabelling(table) : { outputs: [], apply: () => undefined }
  },
})

/** A pattern that is not set matches everything, and a name that is not there only that. */
const matches = (pattern: string | undefined, name: string | undefined): boolean =>
  pattern === undefined || (name !== undefined && javaRegex(`^(?:${pattern})$`).test(name))
