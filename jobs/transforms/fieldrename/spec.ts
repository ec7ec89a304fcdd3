import { option } from '../../options/index.ts'
import { renamingOptions } from '../renaming.ts'

/** The options of FieldRename. */
export const FIELD_RENAME_OPTIONS = {
  ...renamingOptions('column'),
  specific: option.list(
    option.object(
      {
        field_name: option.string({ description: 'The column.', required: true }),
        target_name: option.string({ description: 'Its new name.', required: true }),
      },
      { description: 'A column and its new name.', required: true },
    ),
    { description: 'Columns with a name of their own, to which nothing else applies.' },
  ),
}
