import { renamer } from '../renaming.ts'
import { picking, requireDistinct } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { FIELD_RENAME_OPTIONS } from './spec.ts'

/** FieldRename: renames all columns by rules. */
export const fieldRename = defineTableTransform({
  name: 'FieldRename',
  description: 'Renames columns: case, prefix, suffix, replacements.',
  options: FIELD_RENAME_OPTIONS,
  bindTable: (options, table) => {
    const rename = renamer(options)
    const own = new Map(
      (options.specific ?? []).map((entry) => [entry.field_name, entry.target_name]),
    )
    const columns = table.columns.map((column) => ({
      ...column,
      name: own.get(column.name) ?? rename(column.name),
    }))
    requireDistinct(columns, 'FieldRename')
    return picking(table, columns, [...table.columns.keys()])
  },
})
