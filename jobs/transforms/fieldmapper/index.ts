import { picking, requireColumn, requireDistinct } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { FIELD_MAPPER_OPTIONS } from './spec.ts'

/** FieldMapper: picks, orders and renames columns. */
export const fieldMapper = defineTableTransform({
  name: 'FieldMapper',
  description: 'Picks columns, in a new order and under new names.',
  options: FIELD_MAPPER_OPTIONS,
  needs: ['field_mapper'],
  bindTable: (options, table) => {
    const entries = Object.entries(options.field_mapper!)
    const origins = entries.map(([name]) => requireColumn(table, name, 'FieldMapper'))
    const columns = entries.map(([, name], index) => ({ ...table.columns[origins[index]!]!, name }))
    requireDistinct(columns, 'FieldMapper')
    return picking(table, columns, origins)
  },
})
