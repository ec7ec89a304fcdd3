import { EngineError } from '../../../runtime/errors/index.ts'
import {
  columnIndex,
  kindAt,
  ROW_KIND_NAMES,
  ROW_KIND_SHORT_NAMES,
  Utf8Vector,
} from '../../../runtime/rows/index.ts'
import { adding } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { ROW_KIND_EXTRACTOR_OPTIONS } from './spec.ts'

/** RowKindExtractor: turns the kind of a row into a column. */
export const rowKindExtractor = defineTableTransform({
  name: 'RowKindExtractor',
  description: 'Writes the kind of each row into a column and makes every row an insert.',
  options: ROW_KIND_EXTRACTOR_OPTIONS,
  bindTable: ({ custom_field_name: name, transform_type: style }, table) => {
    if (columnIndex(table, name) >= 0) {
      throw new EngineError('TRF-002', `RowKindExtractor: there is a column "${name}" already.`)
    }
    const names: readonly string[] = style === 'FULL' ? ROW_KIND_NAMES : ROW_KIND_SHORT_NAMES
    const column = { name, type: { kind: 'string' }, nullable: false } as const
    const { output, build } = adding(table, [column], 'RowKindExtractor')
    return {
      outputs: [output],
      apply: (batch, emit) => {
        const texts = new Array<string>(batch.rowCount)
        for (let row = 0; row < texts.length; row += 1) texts[row] = names[kindAt(batch, row)]!
        emit({ ...build(batch, [Utf8Vector.ofStrings(texts, null)]), kinds: null })
      },
    }
  },
})
