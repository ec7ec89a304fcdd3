import { option } from '../../options/index.ts'

const column = option.string({ description: 'A column.', required: true })

/** The options of Filter. */
export const FILTER_OPTIONS = {
  include_fields: option.list(column, {
    description: 'The columns to keep, in this order.',
    aliases: ['fields'],
    example: ['id', 'name'],
  }),
  exclude_fields: option.list(column, { description: 'The columns to leave out.' }),
}
