import { EngineError } from '../../../runtime/errors/index.ts'

/** Splits at commas that are not between quotes. */
const splitAtCommas = (text: string): string[] => text.match(/(?:"[^"]*"|'[^']*'|[^,])+/g) ?? []

const withoutQuotes = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text

/**
 * Reads the values of `-i`: `name=value`, several parted by commas; quotes keep commas in a value.
 * Throws CLI-001 for a piece without a name.
 */
export const parseVariables = (values: readonly string[]): { readonly [name: string]: string } =>
  Object.fromEntries(
    values.flatMap(splitAtCommas).map((piece) => {
      const equals = piece.indexOf('=')
      if (equals > 0) {
        return [piece.slice(0, equals).trim(), withoutQuotes(piece.slice(equals + 1))]
      }
      throw new EngineError(
        'CLI-001',
        `The variable ${piece} has no name or no value: write -i name=value, ` +
          'and put quotes around a value with commas.',
      )
    }),
  )
