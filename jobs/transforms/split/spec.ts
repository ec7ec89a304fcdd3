import { option } from '../../options/index.ts'

/** The options of Split. */
export const SPLIT_OPTIONS = {
  separator: option.string({
    description: 'What parts the text: a regular expression, as Java writes it.',
    example: ' ',
  }),
  split_field: option.string({ description: 'The column to split.' }),
  output_fields: option.list(option.string({ description: 'A column.', required: true }), {
    description: 'The columns that the parts go to; the last takes the rest of the text.',
    example: ['first_name', 'last_name'],
  }),
}
