import { joinPath, partsOf } from '../paths.ts'
import { renamer } from '../renaming.ts'
import { relabelling } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { TABLE_RENAME_OPTIONS } from './spec.ts'

/** TableRename: renames tables by rules; database and schema stay. */
export const tableRename = defineTableTransform({
  name: 'TableRename',
  description: 'Renames tables: case, prefix, suffix, replacements.',
  options: TABLE_RENAME_OPTIONS,
  bindTable: (options, table) => {
    const parts = partsOf(table.path)
    const path = joinPath({ ...parts, table: renamer(options)(parts.table) })
    return relabelling({ ...table, path })
  },
})
