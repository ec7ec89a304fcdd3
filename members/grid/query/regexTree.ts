/** A regular expression without what only going back and forth in the text can match. */
export type RegexNode =
  /** One character, as an expression of its own says. */
  | { readonly kind: 'character'; readonly source: string }
  /** Between two characters. */
  | { readonly kind: 'position'; readonly source: '^' | '$' | '\\b' | '\\B' }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  /** `max` is Infinity where there is no limit. */
  | {
      readonly kind: 'repeat'
      readonly part: RegexNode
      readonly min: number
      readonly max: number
    }

/** Why an expression is not matched here, as the end of a sentence. */
export class UnknownTime extends Error {}

/** Groups within groups. */
const DEPTH_MAX = 100

const ESCAPE = /\\(?:u\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|x..|c.|[pP]\{[^}]*\}|.)/suy
const CLASS = /\[(?:\\.|[^\]\\])*\]/suy
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/uy
const GROUP = /\((?:\?(?::|<(?![=!])[^>]*>))?/uy
const ANY = /./suy

/** Reads an expression of JavaScript with the flags `u` and `s` that is known to be one. */
class RegexReader {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** A choice, up to the end or the end of its group. Throws UnknownTime. */
  choice(): RegexNode {
    const options = [this.#sequence()]
    while (this.#take('|')) options.push(this.#sequence())
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = []
    for (let next = this.#next; next !== undefined && next !== '|' && next !== ')';) {
      parts.push(this.#repeated(this.#atom()))
      next = this.#next
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  #repeated(part: RegexNode): RegexNode {
    const found = this.#match(QUANTIFIER)
    if (found === undefined) return part
    const [, sign, least, comma, most] = found
    if (sign !== undefined) {
      return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity }
    }
    const min = Number(least)
    if (comma === undefined) return { kind: 'repeat', part, min, max: min }
    return { kind: 'repeat', part, min, max: most === '' ? Infinity : Number(most) }
  }

  #atom(): RegexNode {
    switch (this.#next) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'character', source: this.#match(CLASS)![0] }
      case '^':
      case '$':
        return { kind: 'position', source: this.#match(ANY)![0] as '^' | '$' }
      case '\\':
        return escaped(this.#match(ESCAPE)![0])
      default:
        return { kind: 'character', source: this.#match(ANY)![0] }
    }
  }

  #group(): RegexNode {
    const start = this.#match(GROUP)![0]
    if (start === '(' && this.#next === '?') {
      throw new UnknownTime('it looks ahead or behind, or changes flags')
    }
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) {
      throw new UnknownTime(`it has more than ${DEPTH_MAX} groups within groups`)
    }
    const inner = this.choice()
    this.#depth -= 1
    this.#take(')')
    return inner
  }

  get #next(): string | undefined {
    return this.#pattern[this.#at]
  }

  #take(character: string): boolean {
    if (this.#next !== character) return false
    this.#at += 1
    return true
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at
    const found = expression.exec(this.#pattern)
    if (found === null) return undefined
    this.#at = expression.lastIndex
    return found
  }
}

const escaped = (source: string): RegexNode => {
  if (source === '\\b' || source === '\\B') return { kind: 'position', source }
  if (/^\\[1-9k]/.test(source)) throw new UnknownTime('it refers back to a group')
  return { kind: 'character', source }
}

/** Throws UnknownTime for what only a search that goes back can match. */
export const readRegex = (pattern: string): RegexNode => new RegexReader(pattern).choice()
