import { javaRegex } from '../../runtime/expressions/index.ts'
import { option, type OptionSpecs, type OptionsOf } from '../options/index.ts'

/** The options that every transform of one table has besides its own, which `own` lists. */
export const tableOptions = (own: OptionSpecs) => ({
  table_match_regex: option.string({
    description: 'Tables whose whole path matches are transformed; others pass through untouched.',
    defaultValue: '.*',
    example: 'shop\\.order_.*',
  }),
  table_transform: option.list(
    option.object(
      {
        table_path: option.string({ description: 'The path of the table.', required: true }),
        ...own,
      },
      { description: 'The options for one table.', required: true },
    ),
    { description: 'Options for single tables, which win over the general ones.' },
  ),
  row_error_handle_way: option.string({
    description:
      'What becomes of a row that fails: FAIL the job, SKIP the row, or ROUTE_TO_TABLE. ' +
      "Without it the job's own policy decides.",
    values: ['FAIL', 'SKIP', 'ROUTE_TO_TABLE'],
  }),
  'row_error_handle_way.error_table': option.string({
    description: 'With ROUTE_TO_TABLE, the path of the table that gets the rows that fail.',
  }),
})

type Parsed = OptionsOf<ReturnType<typeof tableOptions>>

/** The parsed shared options. */
export type TableOptions = Omit<Parsed, 'row_error_handle_way'> & {
  readonly row_error_handle_way: 'FAIL' | 'SKIP' | 'ROUTE_TO_TABLE' | undefined
}

/** Whether the general options are for the table of a path. */
export const matcherOf = (options: TableOptions): ((path: string) => boolean) => {
  const regex = javaRegex(`^(?:${options.table_match_regex})$`)
  return (path) => regex.test(path)
}
