import type { Selection, WriteTable } from './dialect.ts'

/** `SELECT … FROM … WHERE … ORDER BY …` of a selection, without a limit. */
export const selectStatement = (
  selection: Selection,
  quote: (name: string) => string,
  extraCondition = '',
): string => {
  const expressions = selection.columns.map((column) => column.expression).join(', ')
  const conditions = [selection.condition, extraCondition].filter((text) => text !== '')
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const order =
    selection.keys.length === 0
      ? ''
      : ` ORDER BY ${selection.keys.map((key) => `q.${quote(key)}`).join(', ')}`
  return `SELECT ${expressions} FROM ${selection.relation} AS q${where}${order}`
}

/** `q.a > 1` or `(q.a, q.b) > (1, 2)`: the rows behind the one with these values. */
export const behind = (names: readonly string[], literals: readonly string[]): string =>
  names.length === 1
    ? `${names[0]} > ${literals[0]}`
    : `(${names.join(', ')}) > (${literals.join(', ')})`

/** The columns of a table that are not part of its key, by index. */
export const valueColumns = (table: WriteTable): number[] =>
  table.columns.map((_, index) => index).filter((index) => !table.keys.includes(index))

/**
 * The text around each `?` of a statement. A `?` in a quoted text, a quoted name or a comment
 * stands for itself.
 */
export const splitAtPlaceholders = (statement: string): string[] => {
  const pieces: string[] = []
  let from = 0
  const tokens = /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g
  for (const match of statement.matchAll(tokens)) {
    if (match[0] !== '?') continue
    pieces.push(statement.slice(from, match.index))
    from = match.index + 1
  }
  pieces.push(statement.slice(from).replace(/;\s*$/, ''))
  return pieces
}
