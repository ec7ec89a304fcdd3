import { joinPath, partsOf } from '../paths.ts'
import { relabelling } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { TABLE_MERGE_OPTIONS } from './spec.ts'

/** TableMerge: makes several tables one. */
export const tableMerge = defineTableTransform({
  name: 'TableMerge',
  description: 'Gives all tables that match one path, so that they become one table.',
  options: TABLE_MERGE_OPTIONS,
  needs: ['table'],
  bindTable: ({ database, schema, table: name }, table) => {
    const parts = partsOf(table.path)
    const path = joinPath({
      database: database ?? parts.database,
      schema: schema ?? parts.schema,
      table: name!,
    })
    return relabelling({ ...table, path })
  },
})
