import type { ExitCode } from './exitCodes.ts'
import type { Terminal } from './terminal.ts'

/**
 * A flag: `switch` takes no value, `text` one, `list` may be given several times. `optional` may
 * stand alone, which reads as an empty text; the next word is its value when it matches `pattern`.
 */
export interface FlagSpec {
  readonly kind: 'switch' | 'text' | 'list' | 'optional'
  readonly pattern?: RegExp
  readonly description: string
  /** Without the dash: `n` for `-n`; `seatunnel.sh` has some of more than one letter. */
  readonly short?: string
  /** Other long names, without the dashes. */
  readonly aliases?: readonly string[]
  /** What help calls the value. */
  readonly placeholder?: string
  readonly values?: readonly string[]
  readonly defaultValue?: string
}

export type FlagSpecs = { readonly [name: string]: FlagSpec }

type TextValue<Spec> = Spec extends { readonly values: readonly (infer Value)[] } ? Value : string

type FlagValue<Spec extends FlagSpec> = Spec extends { readonly kind: 'switch' }
  ? boolean
  : Spec extends { readonly kind: 'list' }
    ? readonly string[]
    : Spec extends { readonly defaultValue: string }
      ? TextValue<Spec>
      : TextValue<Spec> | undefined

export type FlagsOf<Specs extends FlagSpecs> = {
  readonly [Name in keyof Specs]: FlagValue<Specs[Name]>
}

/** A word that is not a flag: `FILE`. */
export interface OperandSpec {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Takes all that follow. */
  readonly repeated?: boolean
  readonly values?: readonly string[]
}

export interface Call<Flags extends FlagSpecs> {
  readonly operands: readonly string[]
  readonly flags: FlagsOf<Flags>
  readonly terminal: Terminal
}

/** A verb: `run`, `lint`. */
export interface Command<Flags extends FlagSpecs = FlagSpecs> {
  /** A paragraph for `--help`. */
  readonly description: string
  readonly operands: readonly OperandSpec[]
  readonly flags: Flags
  readonly examples: readonly string[]
  run(call: Call<Flags>): Promise<ExitCode>
}

/** Keeps the types of the flags while a command is defined. */
export const defineCommand = <const Flags extends FlagSpecs>(command: Command<Flags>): Command =>
  command as unknown as Command

/** How output is shaped, for the verbs that can do both. */
export const formatFlag = {
  kind: 'text',
  description: 'text for people or json for programs',
  placeholder: 'FORMAT',
  values: ['text', 'json'],
  defaultValue: 'text',
} as const satisfies FlagSpec
