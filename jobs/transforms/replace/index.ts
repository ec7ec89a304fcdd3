import { EngineError } from '../../../runtime/errors/index.ts'
import { javaRegex, javaReplacement } from '../../../runtime/expressions/index.ts'
import { formatType, Utf8Vector, type TableSchema } from '../../../runtime/rows/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import { rebuilt, requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { REPLACE_OPTIONS } from './spec.ts'

type Options = OptionsOf<typeof REPLACE_OPTIONS>

/** Replace: replaces text in a column. */
export const replace = defineTableTransform({
  name: 'Replace',
  description: 'Replaces text in a column, plainly or by a regular expression.',
  options: REPLACE_OPTIONS,
  needs: ['pattern', 'replacement'],
  bindTable: (options, table) => {
    const fields = [options.replace_field ?? [], options.replace_fields ?? []].flat()
    if (fields.length === 0) {
      throw new EngineError('CFG-003', 'Replace needs the option replace_field.')
    }
    const indices = fields.map((field) => textColumn(table, field))
    const change = replacer(options)
    return {
      outputs: [table],
      apply: (batch, emit) => {
        const columns = [...batch.columns]
        for (const index of indices) {
          const texts = columns[index] as Utf8Vector
          columns[index] = Utf8Vector.ofStrings(texts.strings().map(change), texts.nulls)
        }
        emit(rebuilt(batch, table, columns))
      },
    }
  },
})

const textColumn = (table: TableSchema, field: string): number => {
  const index = requireColumn(table, field, 'Replace')
  const { type } = table.columns[index]!
  if (type.kind === 'string') return index
  throw new EngineError(
    'TRF-002',
    `Replace works on texts, and "${field}" is a ${formatType(type)}.`,
  )
}

const replacer = (options: Options): ((text: string) => string) => {
  const pattern = options.pattern!
  const replacement = options.replacement!
  if (!options.is_regex) return (text) => text.replaceAll(pattern, () => replacement)
  const regex = javaRegex(pattern, options.replace_first ? '' : 'g')
  const written = javaReplacement(replacement)
  return (text) => text.replace(regex, written)
}
