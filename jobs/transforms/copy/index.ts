import { EngineError } from '../../../runtime/errors/index.ts'
import { adding, requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { COPY_OPTIONS } from './spec.ts'

/** Copy: adds columns that are copies of others. */
export const copy = defineTableTransform({
  name: 'Copy',
  description: 'Adds columns that are copies of others.',
  options: COPY_OPTIONS,
  bindTable: (options, table) => {
    const { src_field: source, dest_field: target, fields } = options
    const pairs: [copy: string, source: string][] =
      source === undefined || target === undefined
        ? Object.entries(fields ?? {})
        : [[target, source]]
    if (pairs.length === 0) throw new EngineError('CFG-003', 'Copy needs the option fields.')
    const copied = pairs.map(([, name]) => requireColumn(table, name, 'Copy'))
    const columns = pairs.map(([name], index) => ({ ...table.columns[copied[index]!]!, name }))
    const { output, build } = adding(table, columns, 'Copy')
    return {
      outputs: [output],
      apply: (batch, emit) =>
        emit(
          build(
            batch,
            copied.map((origin) => batch.columns[origin]!),
          ),
        ),
    }
  },
})
