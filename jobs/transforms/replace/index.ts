import { EngineError } from '../../../runtime/errors/index.ts'
import { javaRegex, javaReplacement } from '../../../runtime/expressions/index.ts'
import { formatType, Utf8Vector } from '../../../runtime/rows/index.ts'
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
  needs: ['replace_field', 'pattern', 'replacement'],
  bindTable: (options, table) => {
    const index = requireColumn(table, options.replace_field!, 'Replace')
    const { name, type } = table.columns[index]!
    if (type.kind !== 'string') {
      throw new EngineError(
        'TRF-002',
        `Replace works on texts, and "${name}" is a ${formatType(type)}.`,
      )
    }
    const change = replacer(options)
    return {
      outputs: [table],
      apply: (batch, emit) => {
        const texts = batch.columns[index] as Utf8Vector
        const columns = [...batch.columns]
        columns[index] = Utf8Vector.ofStrings(texts.strings().map(change), texts.nulls)
        emit(rebuilt(batch, table, columns))
      },
    }
  },
})

const replacer = (options: Options): ((text: string) => string) => {
  const pattern = options.pattern!
  const replacement = options.replacement!
  if (!options.is_regex) return (text) => text.replaceAll(pattern, () => replacement)
  const regex = javaRegex(pattern, options.replace_first ? '' : 'g')
  const written = javaReplacement(replacement)
  return (text) => text.replace(regex, written)
}
