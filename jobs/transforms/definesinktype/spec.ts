import { option } from '../../options/index.ts'

/** The options of DefineSinkType. */
export const DEFINE_SINK_TYPE_OPTIONS = {
  columns: option.list(
    option.object(
      {
        column: option.string({ description: 'The column.', required: true }),
        type: option.string({
          description: 'Its type, in the words of the database of the sink.',
          required: true,
          example: 'nvarchar2(10)',
        }),
      },
      { description: 'A column and its type.', required: true },
    ),
    { description: 'The types that a sink which creates the table gives to columns.' },
  ),
}
