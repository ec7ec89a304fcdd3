import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { TableSchema } from '../../runtime/rows/index.ts'
import type { BoundTransform, TransformPlugin } from './contract.ts'

type Options = { readonly [key: string]: JsonValue | undefined }

/**
 * Binds a transform to one table of its input, as SeaTunnel's multi-table transforms do: the
 * `table_transform` entry with the table's path wins; else the general options hold where
 * `table_match_regex` matches the whole path; else the table passes unchanged. Throws what `bind` throws.
 */
export const bindTable = (
  plugin: TransformPlugin,
  options: Options,
  table: TableSchema,
): BoundTransform => {
  const listed = (options['table_transform'] ?? []) as readonly Options[]
  const own = listed.find((each) => each['table_path'] === table.path)
  if (own !== undefined) return plugin.bind(own, table)
  return matches(options['table_match_regex'], table)
    ? plugin.bind(options, table)
    : unchanged(table)
}

const matches = (pattern: JsonValue | undefined, table: TableSchema): boolean => {
  if (typeof pattern !== 'string') return true
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(table.path)
  } catch (thrown) {
    const message = `\`table_match_regex\` is no regular expression: ${messageOf(thrown)}.`
    throw new EngineError('CFG-005', message, { cause: thrown })
  }
}

const unchanged = (table: TableSchema): BoundTransform => ({
  outputs: [table],
  apply: (batch, emit) => emit(batch),
})
