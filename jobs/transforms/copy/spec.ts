import { option } from '../../options/index.ts'

/** The options of Copy. */
export const COPY_OPTIONS = {
  fields: option.map(option.string({ description: 'The column to copy.', required: true }), {
    description: 'The columns to copy, by the name of the copy.',
    example: { name_copy: 'name' },
  }),
  src_field: option.string({ description: 'One column to copy.', advanced: true }),
  dest_field: option.string({ description: 'The name of the copy of src_field.', advanced: true }),
}
