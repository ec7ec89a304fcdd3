import { option } from '../../options/index.ts'

/** The options of TableFilter. */
export const TABLE_FILTER_OPTIONS = {
  database_pattern: option.string({
    description: 'A regular expression for the whole database name.',
  }),
  schema_pattern: option.string({ description: 'A regular expression for the whole schema name.' }),
  table_pattern: option.string({
    description: 'A regular expression for the whole table name.',
    example: 'user_\\d+',
  }),
  pattern_mode: option.string({
    description: 'INCLUDE keeps the tables that match all patterns, EXCLUDE drops them.',
    values: ['INCLUDE', 'EXCLUDE'],
    defaultValue: 'INCLUDE',
  }),
}
