import { relabelling, requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { DEFINE_SINK_TYPE_OPTIONS } from './spec.ts'

/** DefineSinkType: tells the sink which types to create columns with. */
export const defineSinkType = defineTableTransform({
  name: 'DefineSinkType',
  description: 'Sets the types that a sink which creates the table gives to columns.',
  options: DEFINE_SINK_TYPE_OPTIONS,
  needs: ['columns'],
  bindTable: (options, table) => {
    const columns = [...table.columns]
    for (const { column, type } of options.columns!) {
      const index = requireColumn(table, column, 'DefineSinkType')
      columns[index] = { ...columns[index]!, sinkType: type }
    }
    return relabelling({ ...table, columns })
  },
})
