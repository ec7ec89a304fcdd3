import { option } from '../../options/index.ts'

/** The options of TableMerge. */
export const TABLE_MERGE_OPTIONS = {
  database: option.string({ description: 'The database of the merged table; else as before.' }),
  schema: option.string({ description: 'The schema of the merged table; else as before.' }),
  table: option.string({ description: 'The name of the merged table.', example: 'user_all' }),
}
