import { EngineError } from '../../../runtime/errors/index.ts'
import { picking, requireColumn, requireDistinct } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { FILTER_OPTIONS } from './spec.ts'

/** Filter: keeps some columns or leaves some out. */
export const filter = defineTableTransform({
  name: 'Filter',
  description: 'Keeps the columns that are named, or all but those.',
  options: FILTER_OPTIONS,
  bindTable: ({ include_fields: include, exclude_fields: exclude }, table) => {
    if ((include === undefined) === (exclude === undefined)) {
      throw new EngineError('TRF-002', 'Filter needs either include_fields or exclude_fields.')
    }
    const named = (include ?? exclude)!.map((name) => requireColumn(table, name, 'Filter'))
    const origins =
      include === undefined
        ? [...table.columns.keys()].filter((index) => !named.includes(index))
        : named
    const columns = origins.map((origin) => table.columns[origin]!)
    requireDistinct(columns, 'Filter')
    return picking(table, columns, origins)
  },
})
