import { EngineError } from '../../../runtime/errors/index.ts'
import {
  and,
  between,
  equal,
  greaterEqual,
  greaterThan,
  ilike,
  isIn,
  lessEqual,
  lessThan,
  like,
  not,
  notEqual,
  or,
  regex,
  type Comparable,
  type Predicate,
} from './predicate.ts'
import { sqlTokensOf, type SqlToken } from './sqlTokens.ts'

const COMPARISONS: Readonly<Record<string, (attribute: string, value: Comparable) => Predicate>> = {
  '=': equal,
  '==': equal,
  '!=': notEqual,
  '<>': notEqual,
  '>': greaterThan,
  '>=': greaterEqual,
  '<': lessThan,
  '<=': lessEqual,
}

const PATTERNS: Readonly<Record<string, (attribute: string, pattern: string) => Predicate>> = {
  like,
  ilike,
  regex,
}

/** Brackets and `not` in each other beyond this are refused. */
const DEPTH_MAX = 200

/** Goes through the tokens of one text. */
class SqlReader {
  readonly #sql: string
  readonly #tokens: readonly SqlToken[]
  #at = 0
  #depth = 0

  constructor(sql: string) {
    this.#sql = sql
    this.#tokens = sqlTokensOf(sql)
  }

  whole(): Predicate {
    const predicate = this.#disjunction()
    if (this.#at < this.#tokens.length) throw this.#unexpected('the end')
    return predicate
  }

  #disjunction(): Predicate {
    const parts = [this.#conjunction()]
    while (this.#accept('or') || this.#accept('||')) parts.push(this.#conjunction())
    return parts.length === 1 ? parts[0]! : or(...parts)
  }

  #conjunction(): Predicate {
    const parts = [this.#negation()]
    while (this.#accept('and') || this.#accept('&&')) parts.push(this.#negation())
    return parts.length === 1 ? parts[0]! : and(...parts)
  }

  #negation(): Predicate {
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) throw this.#unexpected(`fewer than ${DEPTH_MAX} levels`)
    const predicate =
      this.#accept('not') || this.#accept('!') ? not(this.#negation()) : this.#atom()
    this.#depth -= 1
    return predicate
  }

  #atom(): Predicate {
    if (this.#accept('(')) {
      const inner = this.#disjunction()
      this.#expect(')')
      return inner
    }
    const attribute = this.#take('word', 'an attribute').text
    const next = this.#tokens[this.#at]
    if (next?.kind === 'sign' && Object.hasOwn(COMPARISONS, next.text)) {
      this.#at += 1
      return COMPARISONS[next.text]!(attribute, this.#value())
    }
    const isNegated = this.#accept('not')
    const condition = this.#condition(attribute)
    if (condition !== undefined) return isNegated ? not(condition) : condition
    if (isNegated) throw this.#unexpected('BETWEEN, IN, LIKE, ILIKE or REGEX')
    // A name alone is a flag: `active and age > 3`.
    return equal(attribute, true)
  }

  /** What follows the name of an attribute as a word. */
  #condition(attribute: string): Predicate | undefined {
    if (this.#accept('between')) {
      const from = this.#value()
      this.#expect('and')
      return between(attribute, from, this.#value())
    }
    if (this.#accept('in')) {
      this.#expect('(')
      const values = [this.#value()]
      while (this.#accept(',')) values.push(this.#value())
      this.#expect(')')
      return isIn(attribute, values)
    }
    if (this.#accept('is')) {
      const make = this.#accept('not') ? notEqual : equal
      this.#expect('null')
      return make(attribute, null)
    }
    for (const [word, make] of Object.entries(PATTERNS)) {
      if (this.#accept(word)) return make(attribute, this.#take('text', 'a text in quotes').text)
    }
    return undefined
  }

  #value(): Comparable {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'sign') throw this.#unexpected('a value')
    this.#at += 1
    if (token.kind === 'number') return numberOf(token.text)
    if (token.kind === 'text' || token.isQuoted) return token.text
    const word = token.text.toLowerCase()
    if (word === 'null') return null
    // A word without quotes is a text too, as in Hazelcast: `name = joe`.
    return word === 'true' ? true : word === 'false' ? false : token.text
  }

  #isNext(text: string): boolean {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.isQuoted || token.kind === 'number') return false
    return token.text.toLowerCase() === text
  }

  #accept(text: string): boolean {
    if (!this.#isNext(text)) return false
    this.#at += 1
    return true
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(`\`${text.toUpperCase()}\``)
  }

  #take(kind: SqlToken['kind'], what: string): SqlToken {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind) throw this.#unexpected(what)
    this.#at += 1
    return token
  }

  #unexpected(wanted: string): EngineError {
    const token = this.#tokens[this.#at]
    const found = token === undefined ? 'it ends' : `there is \`${token.text}\``
    const column = token?.column ?? this.#sql.length + 1
    return new EngineError(
      'GRD-020',
      `\`${this.#sql}\` is not a predicate: at column ${column} ${found} instead of ${wanted}`,
    )
  }
}

/** A whole number beyond what a number holds exactly is a bigint. */
const numberOf = (text: string): number | bigint => {
  const number = Number(text)
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number
}

/**
 * A predicate from a text such as `active and (age between 18 and 65 or name like 'J%')`, in
 * Hazelcast's small dialect. GRD-020, with the column, for anything else.
 */
export const sqlPredicate = (sql: string): Predicate => new SqlReader(sql).whole()
