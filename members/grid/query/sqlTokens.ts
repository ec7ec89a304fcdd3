import { EngineError } from '../../../runtime/errors/index.ts'

/** A piece of the text of a predicate. */
export interface SqlToken {
  readonly kind: 'word' | 'text' | 'number' | 'sign'
  /** Without quotes; of a quoted name too. */
  readonly text: string
  readonly isQuoted: boolean
  /** Where it begins, from 1. */
  readonly column: number
}

/** Text in single quotes (doubled inside), names also in double quotes, numbers, and signs. */
const TOKEN =
  /\s+|'(?<text>(?:[^']|'')*)'|"(?<name>(?:[^"]|"")*)"|(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])|(?<word>[\p{L}_$][\p{L}\p{N}_$]*(?:\[(?:any|\d+)\])*(?:\.[\p{L}_$][\p{L}\p{N}_$]*(?:\[(?:any|\d+)\])*)*)|(?<sign><=|>=|<>|!=|==|[=<>(),!]|&&|\|\|)/iuy

export const sqlTokensOf = (sql: string): SqlToken[] => {
  const tokens: SqlToken[] = []
  const expression = new RegExp(TOKEN)
  while (expression.lastIndex < sql.length) {
    const column = expression.lastIndex + 1
    const match = expression.exec(sql)
    if (match === null) {
      const rest = sql.slice(column - 1, column + 20)
      throw new EngineError('GRD-020', `\`${sql}\` cannot be read at column ${column}: \`${rest}\``)
    }
    const { text, name, number, word, sign } = match.groups!
    if (text !== undefined) {
      tokens.push({ kind: 'text', text: text.replaceAll("''", "'"), isQuoted: true, column })
    } else if (name !== undefined) {
      tokens.push({ kind: 'word', text: name.replaceAll('""', '"'), isQuoted: true, column })
    } else if (number !== undefined) {
      tokens.push({ kind: 'number', text: number, isQuoted: false, column })
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word, isQuoted: false, column })
    } else if (sign !== undefined) {
      tokens.push({ kind: 'sign', text: sign, isQuoted: false, column })
    }
  }
  return tokens
}
