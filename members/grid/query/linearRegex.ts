import { EngineError } from '../../../runtime/errors/index.ts'
import { readRegex, type RegexNode, UnknownTime } from './regexTree.ts'

/*
 * JavaScript's own matcher goes back and tries again: a few letters of a client could keep the thread
 * of a member busy for ever. This one is in all states at once that an expression can be in, so a
 * text takes as long as it is, times the length of the expression.
 */

/** An expression with its repetitions written out. */
const STATES_MAX = 2000
const ASCII = 128
const UNKNOWN = 0
const YES = 1
const NO = 2

type CharacterTest = (codePoint: number) => boolean

/** What a state waits for; one of both ways on. */
type State =
  | { readonly kind: 'character'; readonly test: CharacterTest; next: number }
  | { readonly kind: 'position'; readonly source: string; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'end' }

const testOf = (source: string, flags: string): CharacterTest => {
  if (source === '.') return () => true
  const expression = new RegExp(`^${source}$`, flags)
  const known = new Uint8Array(ASCII)
  const look = (codePoint: number): boolean => expression.test(String.fromCodePoint(codePoint))
  return (codePoint) => {
    if (codePoint >= ASCII) return look(codePoint)
    if (known[codePoint] === UNKNOWN) known[codePoint] = look(codePoint) ? YES : NO
    return known[codePoint] === YES
  }
}

/** Writes the states of a tree from its end to its start: each knows where it goes on. */
class StateWriter {
  readonly states: State[] = [{ kind: 'end' }]
  readonly #flags: string
  readonly #tests = new Map<string, CharacterTest>()

  constructor(flags: string) {
    this.#flags = flags
  }

  /** The state in which a node begins that goes on with `next`. */
  write(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'character':
        return this.#add({ kind: 'character', test: this.#testOf(node.source), next })
      case 'position':
        return this.#add({ kind: 'position', source: node.source, next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.write(part, after), next)
      case 'choice':
        return node.options
          .map((option) => this.write(option, next))
          .reduceRight((other, one) => this.#add({ kind: 'split', next: one, other }))
      case 'repeat':
        return this.#repeat(node, next)
      default:
        return node satisfies never
    }
  }

  #repeat({ part, min, max }: Extract<RegexNode, { kind: 'repeat' }>, next: number): number {
    let start = next
    if (max === Infinity) {
      const split = { kind: 'split' as const, next: 0, other: next }
      start = this.#add(split)
      split.next = this.write(part, start)
    } else {
      for (let count = min; count < max; count += 1) {
        start = this.#add({ kind: 'split', next: this.write(part, start), other: next })
      }
    }
    for (let count = 0; count < min; count += 1) {
      const before = this.states.length
      start = this.write(part, start)
      // Nothing, however often.
      if (this.states.length === before) break
    }
    return start
  }

  #add(state: State): number {
    if (this.states.length >= STATES_MAX) {
      throw new UnknownTime('it is too long with its repetitions written out')
    }
    return this.states.push(state) - 1
  }

  #testOf(source: string): CharacterTest {
    const known = this.#tests.get(source) ?? testOf(source, this.#flags)
    this.#tests.set(source, known)
    return known
  }
}

const WORD = /\w/

const isWord = (codePoint: number): boolean =>
  codePoint >= 0 && WORD.test(String.fromCodePoint(codePoint))

/** `before` and `after` are negative where the text begins and ends. */
const holdsBetween = (source: string, before: number, after: number): boolean => {
  if (source === '^') return before < 0
  if (source === '$') return after < 0
  return (isWord(before) !== isWord(after)) === (source === '\\b')
}

/** The states that a text may have led to. */
class StateSet {
  readonly #states: readonly State[]
  /** By state: the last step in which it was added. */
  readonly #steps: Int32Array
  readonly #stack: number[] = []
  #step = 0
  current: number[] = []
  #next: number[] = []

  constructor(states: readonly State[]) {
    this.#states = states
    this.#steps = new Int32Array(states.length)
  }

  begin(start: number, after: number): void {
    this.#steps.fill(0)
    this.#step = 1
    this.current.length = 0
    this.#add(start, this.current, -1, after)
  }

  advance(codePoint: number, after: number): void {
    this.#step += 1
    this.#next.length = 0
    for (const at of this.current) {
      const state = this.#states[at]!
      if (state.kind === 'character' && state.test(codePoint)) {
        this.#add(state.next, this.#next, codePoint, after)
      }
    }
    const before = this.current
    this.current = this.#next
    this.#next = before
  }

  /** Adds a state with all that follow without a character. */
  #add(start: number, to: number[], before: number, after: number): void {
    const stack = this.#stack
    stack.push(start)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#steps[at] === this.#step) continue
      this.#steps[at] = this.#step
      const state = this.#states[at]!
      if (state.kind === 'split') stack.push(state.other, state.next)
      else if (state.kind !== 'position') to.push(at)
      else if (holdsBetween(state.source, before, after)) stack.push(state.next)
    }
  }
}

/** Of the state `end`, which is written first. */
const END = 0

const matcherOf = (states: readonly State[], start: number): ((text: string) => boolean) => {
  const set = new StateSet(states)
  return (text) => {
    let codePoint = text.codePointAt(0) ?? -1
    set.begin(start, codePoint)
    for (let at = 0; at < text.length && set.current.length > 0;) {
      at += codePoint > 0xffff ? 2 : 1
      const after = text.codePointAt(at) ?? -1
      set.advance(codePoint, after)
      codePoint = after
    }
    return set.current.includes(END) && codePoint < 0
  }
}

/**
 * Whether a whole text fits an expression of JavaScript (with the flags `u` and `s`, and `i` if given),
 * in a time that is proportional to its length. Throws GRD-020 for what is no expression, and for
 * one that refers back, looks ahead or behind, or is too long.
 */
export const linearRegex = (pattern: string, flags: 'su' | 'isu'): ((text: string) => boolean) => {
  try {
    RegExp(pattern, flags)
  } catch (cause) {
    throw new EngineError('GRD-020', `\`${pattern}\` is not a regular expression`, { cause })
  }
  try {
    const writer = new StateWriter(flags)
    const start = writer.write(readRegex(pattern), END)
    return matcherOf(writer.states, start)
  } catch (cause) {
    if (!(cause instanceof UnknownTime)) throw cause
    const text = `\`${pattern}\` could take for ever: ${cause.message}`
    throw new EngineError('GRD-020', text, { cause })
  }
}
