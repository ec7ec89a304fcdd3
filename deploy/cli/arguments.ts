import { EngineError, nearest } from '../../runtime/errors/index.ts'
import type { Command, FlagSpec, FlagSpecs } from './command.ts'

export interface ParsedArguments {
  readonly operands: readonly string[]
  readonly flags: { readonly [name: string]: string | boolean | readonly string[] | undefined }
  readonly help: boolean
}

const refuse = (sentence: string): never => {
  throw new EngineError('CLI-001', sentence)
}

/** A hint for a word that is nearly one of `candidates`, with the space before it. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const found = nearest(word, candidates)
  return found === undefined ? '' : ` Did you mean ${found}?`
}

/** Every spelling of every flag, with dashes, to the flag's name. */
const spellingsOf = (specs: FlagSpecs): Map<string, string> => {
  const spellings = new Map<string, string>()
  for (const [name, spec] of Object.entries(specs)) {
    for (const long of [name, ...(spec.aliases ?? [])]) spellings.set(`--${long}`, name)
    if (spec.short !== undefined) spellings.set(`-${spec.short}`, name)
  }
  return spellings
}

interface Word {
  readonly spelling: string
  readonly inlineValue: string | undefined
}

/** Splits `--name=value` and, for a one-letter flag that takes a value, `-xvalue`. */
const splitWord = (argument: string, spellings: ReadonlyMap<string, string>): Word => {
  if (spellings.has(argument)) return { spelling: argument, inlineValue: undefined }
  const equals = argument.indexOf('=')
  if (argument.startsWith('--') && equals > 0) {
    return { spelling: argument.slice(0, equals), inlineValue: argument.slice(equals + 1) }
  }
  const letter = argument.slice(0, 2)
  if (!argument.startsWith('--') && argument.length > 2 && spellings.has(letter)) {
    return { spelling: letter, inlineValue: argument.slice(2).replace(/^=/, '') }
  }
  return { spelling: argument, inlineValue: undefined }
}

const checkedValue = (spelling: string, value: string, spec: FlagSpec): string => {
  if (spec.values === undefined || spec.values.includes(value)) return value
  return refuse(
    `${spelling} cannot be ${value}; it is one of ${spec.values.join(', ')}.` +
      didYouMean(value, spec.values),
  )
}

const checkOperands = (operands: readonly string[], command: Command): void => {
  const specs = command.operands
  const missing = specs[operands.length]
  if (missing?.required === true) refuse(`${missing.name} is missing: ${missing.description}.`)
  if (operands.length > specs.length && specs.at(-1)?.repeated !== true) {
    refuse(`${operands[specs.length]} is one word too many.`)
  }
  for (const [index, operand] of operands.entries()) {
    const spec = specs[Math.min(index, specs.length - 1)]!
    if (spec.values !== undefined && !spec.values.includes(operand)) {
      refuse(
        `${spec.name} cannot be ${operand}; it is one of ${spec.values.join(', ')}.` +
          didYouMean(operand, spec.values),
      )
    }
  }
}

const defaultsOf = (
  specs: FlagSpecs,
): { [name: string]: string | boolean | string[] | undefined } =>
  Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      spec.kind === 'switch' ? false : spec.kind === 'list' ? [] : spec.defaultValue,
    ]),
  )

/**
 * Reads the words after a verb. Throws CLI-001 with a did-you-mean for whatever the command does
 * not know. `--` ends the flags; `-h` and `--help` win over every mistake.
 */
export const parseArguments = (words: readonly string[], command: Command): ParsedArguments => {
  const end = words.indexOf('--')
  const flagWords = end < 0 ? words : words.slice(0, end)
  const flags = defaultsOf(command.flags)
  if (flagWords.some((word) => word === '-h' || word === '--help')) {
    return { operands: [], flags, help: true }
  }
  const spellings = spellingsOf(command.flags)
  const operands: string[] = []
  for (let index = 0; index < flagWords.length; index += 1) {
    const argument = flagWords[index]!
    if (!argument.startsWith('-') || argument === '-') {
      operands.push(argument)
      continue
    }
    const { spelling, inlineValue } = splitWord(argument, spellings)
    const name = spellings.get(spelling)
    if (name === undefined) {
      return refuse(`The option ${spelling} is unknown.${didYouMean(spelling, spellings.keys())}`)
    }
    const spec = command.flags[name]!
    if (spec.kind === 'switch') {
      if (inlineValue !== undefined) refuse(`${spelling} takes no value.`)
      flags[name] = true
      continue
    }
    if (spec.kind === 'optional' && inlineValue === undefined) {
      const next = flagWords[index + 1]
      const isValue = next !== undefined && spec.pattern?.test(next) === true
      flags[name] = isValue ? next : ''
      if (isValue) index += 1
      continue
    }
    const value = inlineValue ?? flagWords[(index += 1)]
    if (value === undefined) return refuse(`${spelling} needs a value.`)
    const checked = checkedValue(spelling, value, spec)
    flags[name] = spec.kind === 'list' ? [...(flags[name] as string[]), checked] : checked
  }
  if (end >= 0) operands.push(...words.slice(end + 1))
  checkOperands(operands, command)
  return { operands, flags, help: false }
}
