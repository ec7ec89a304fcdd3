import { option } from '../../options/index.ts'

/** The options of FieldMapper. */
export const FIELD_MAPPER_OPTIONS = {
  field_mapper: option.map(option.string({ description: 'The new name.', required: true }), {
    description: 'New names by input column. The output has these columns, in this order.',
    example: { id: 'user_id', name: 'user_name' },
  }),
}
