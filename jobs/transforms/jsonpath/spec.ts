import { option } from '../../options/index.ts'

/** The options of JsonPath. */
export const JSON_PATH_OPTIONS = {
  columns: option.list(
    option.object(
      {
        src_field: option.string({
          description: 'The column with the JSON: a text, bytes, array, map or row.',
          required: true,
        }),
        path: option.string({
          description: 'Where the value is, as JSONPath (RFC 9535).',
          required: true,
          example: '$.user.name',
        }),
        dest_field: option.string({ description: 'The column that gets it.', required: true }),
        dest_type: option.any({ description: 'The type of that column.', defaultValue: 'string' }),
        column_error_handle_way: option.string({
          description:
            'What happens where there is no value: FAIL the row, SKIP (null), or SKIP_ROW.',
          values: ['FAIL', 'SKIP', 'SKIP_ROW'],
        }),
      },
      { description: 'A value and where it goes.', required: true },
    ),
    { description: 'The values to read.' },
  ),
  column_error_handle_way: option.string({
    description: 'The same for the columns that do not say it themselves.',
    values: ['FAIL', 'SKIP', 'SKIP_ROW'],
  }),
}
