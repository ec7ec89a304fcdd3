import { EngineError } from '../../../runtime/errors/index.ts'
import { kindAt, ROW_KIND_NAMES, selectRows } from '../../../runtime/rows/index.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { FILTER_ROW_KIND_OPTIONS } from './spec.ts'

/** FilterRowKind: keeps rows by what they do to the table. */
export const filterRowKind = defineTableTransform({
  name: 'FilterRowKind',
  description: 'Keeps inserts, updates or deletes.',
  options: FILTER_ROW_KIND_OPTIONS,
  bindTable: ({ include_kinds: include, exclude_kinds: exclude }, table) => {
    if ((include === undefined) === (exclude === undefined)) {
      throw new EngineError('TRF-002', 'FilterRowKind needs either include_kinds or exclude_kinds.')
    }
    const kept = ROW_KIND_NAMES.map((name) =>
      include === undefined ? !exclude!.includes(name) : include.includes(name),
    )
    return {
      outputs: [table],
      apply: (batch, emit) => {
        const rows = new Int32Array(batch.rowCount)
        let count = 0
        for (let row = 0; row < batch.rowCount; row += 1) {
          rows[count] = row
          count += kept[kindAt(batch, row)]! ? 1 : 0
        }
        emit(selectRows(batch, rows, count))
      },
    }
  },
})
