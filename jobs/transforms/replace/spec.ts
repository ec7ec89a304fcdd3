import { option } from '../../options/index.ts'

/** The options of Replace. */
export const REPLACE_OPTIONS = {
  replace_field: option.string({ description: 'The column whose text is changed.' }),
  replace_fields: option.list(option.string({ description: 'A column.', required: true }), {
    description: 'Several columns whose texts are changed.',
  }),
  pattern: option.string({ description: 'The text to replace, or a regular expression.' }),
  replacement: option.string({
    description: 'What comes in its place; $1 stands for a group of the expression.',
  }),
  is_regex: option.boolean({
    description: 'The pattern is a regular expression, as Java writes it.',
    defaultValue: false,
  }),
  replace_first: option.boolean({
    description: 'With is_regex, replaces only the first match.',
    defaultValue: false,
  }),
}
