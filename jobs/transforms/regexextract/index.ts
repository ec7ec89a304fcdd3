import { EngineError } from '../../../runtime/errors/index.ts'
import { javaRegex } from '../../../runtime/expressions/index.ts'
import {
  formatText,
  valueAt,
  vectorOf,
  type Column,
  type Value,
} from '../../../runtime/rows/index.ts'
import { adding, requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { REGEX_EXTRACT_OPTIONS } from './spec.ts'

const STRING = { kind: 'string' } as const

/** RegexExtract: puts the groups of a regular expression into columns. */
export const regexExtract = defineTableTransform({
  name: 'RegexExtract',
  description: 'Puts what the groups of a regular expression match into columns.',
  options: REGEX_EXTRACT_OPTIONS,
  needs: ['source_field', 'regex_pattern', 'output_fields'],
  bindTable: (options, table) => {
    const names = options.output_fields!
    const defaults = options.default_values ?? []
    const index = requireColumn(table, options.source_field!, 'RegexExtract')
    const regex = javaRegex(options.regex_pattern!)
    const groups = groupCount(regex)
    requireCount('regex_pattern has', groups, names.length)
    if (defaults.length > 0) requireCount('default_values has', defaults.length, names.length)
    const added = names.map((name): Column => ({ name, type: STRING, nullable: true }))
    const { output, build } = adding(table, added, 'RegexExtract')
    const { type } = table.columns[index]!
    return {
      outputs: [output],
      apply: (batch, emit) => {
        const source = batch.columns[index]!
        const values = names.map(() => new Array<Value>(batch.rowCount))
        for (let row = 0; row < batch.rowCount; row += 1) {
          const value = valueAt(source, row)
          const match = value === null ? null : regex.exec(formatText(type, value))
          for (let group = 0; group < names.length; group += 1) {
            const found = match === null ? defaults[group] : match[group + 1]
            values[group]![row] = found ?? null
          }
        }
        emit(
          build(
            batch,
            values.map((column) => vectorOf(STRING, column)),
          ),
        )
      },
    }
  },
})

const groupCount = (regex: RegExp): number =>
  new RegExp(`${regex.source}|`, regex.flags).exec('')!.length - 1

const requireCount = (what: string, count: number, wanted: number): void => {
  if (count === wanted) return
  throw new EngineError(
    'TRF-002',
    `RegexExtract: ${what} ${count} groups or values for ${wanted} output_fields; they must agree.`,
  )
}
