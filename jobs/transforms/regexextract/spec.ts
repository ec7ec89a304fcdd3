import { option } from '../../options/index.ts'

/** The options of RegexExtract. */
export const REGEX_EXTRACT_OPTIONS = {
  source_field: option.string({ description: 'The column to search.' }),
  regex_pattern: option.string({
    description: 'A regular expression, as Java writes it, with a group for each output column.',
    example: '([^@]+)@([^.]+)\\.(.+)',
  }),
  output_fields: option.list(option.string({ description: 'A column.', required: true }), {
    description: 'The columns that the groups go to.',
    example: ['user', 'domain', 'tld'],
  }),
  default_values: option.list(option.string({ description: 'A value.', required: true }), {
    description: 'The values where the expression is not found; null without them.',
  }),
}
