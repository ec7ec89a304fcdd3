import { option } from '../../options/index.ts'

/** The options of Metadata. */
export const METADATA_OPTIONS = {
  metadata_fields: option.map(
    option.string({ description: 'The column that gets it.', required: true }),
    {
      description:
        'The columns to add, by what they hold: Database, Table, RowKind, EventTime, Delay, Partition.',
      defaultValue: {},
      example: { Table: 'source_table', RowKind: 'change' },
    },
  ),
}
