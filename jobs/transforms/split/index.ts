import { javaRegex } from '../../../runtime/expressions/index.ts'
import {
  formatText,
  valueAt,
  vectorOf,
  type Column,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import { adding, requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { SPLIT_OPTIONS } from './spec.ts'

const STRING = { kind: 'string' } as const

/** Split: splits a text into several columns. */
export const split = defineTableTransform({
  name: 'Split',
  description: 'Splits the text of a column into several columns.',
  options: SPLIT_OPTIONS,
  needs: ['separator', 'split_field', 'output_fields'],
  bindTable: (options, table) => {
    const index = requireColumn(table, options.split_field!, 'Split')
    const { type } = table.columns[index]!
    const names = options.output_fields!
    const added = names.map((name): Column => ({ name, type: STRING, nullable: true }))
    const { output, build } = adding(table, added, 'Split')
    const parts = splitter(options.separator!, names.length)
    return {
      outputs: [output],
      apply: (batch, emit) => {
        const source = batch.columns[index]!
        const texts = names.map(() => new Array<Value>(batch.rowCount).fill(null))
        for (let row = 0; row < batch.rowCount; row += 1) {
          const value = valueAt(source, row)
          if (value === null) continue
          const found = parts(formatText(type, value))
          for (let part = 0; part < found.length; part += 1) texts[part]![row] = found[part]!
        }
        const vectors = texts.map((values): Vector => vectorOf(STRING, values))
        emit(build(batch, vectors))
      },
    }
  },
})

/** At most `limit` parts, as Java's `String.split` with a limit: the last part is all that remains. */
const splitter = (separator: string, limit: number): ((text: string) => readonly string[]) => {
  const regex = javaRegex(separator, 'g')
  return (text) => {
    const parts: string[] = []
    let from = 0
    regex.lastIndex = 0
    while (parts.length < limit - 1) {
      const match = regex.exec(text)
      if (match === null) break
      const end = match.index + match[0].length
      if (match[0] === '') regex.lastIndex += 1
      if (end === 0) continue
      parts.push(text.slice(from, match.index))
      from = end
    }
    parts.push(text.slice(from))
    return parts
  }
}
