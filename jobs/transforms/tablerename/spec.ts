import { renamingOptions } from '../renaming.ts'

/** The options of TableRename. */
export const TABLE_RENAME_OPTIONS = renamingOptions('table')
