import type { JsonValue } from '../../runtime/config/index.ts'

/** What the value of an option is. `any` is a free tree, such as FakeSource's rows. */
export type OptionKind =
  'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'object' | 'any'

/**
 * One option of a connector or transform. This one definition feeds parsing, lint, JSON Schema,
 * documentation, `create` and redaction.
 */
export interface OptionSpec<Parsed = unknown> {
  readonly kind: OptionKind
  readonly description: string
  readonly required?: boolean
  readonly defaultValue?: JsonValue
  /** The only values allowed, compared without case; the parsed value has the case given here. */
  readonly values?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** Never shown: printed as asterisks everywhere. */
  readonly secret?: boolean
  /** Left out of short documentation and of `create`. */
  readonly advanced?: boolean
  /** Older names that work too. */
  readonly aliases?: readonly string[]
  readonly example?: JsonValue
  /** For `list`: what its items are. For `map`: what its values are. */
  readonly item?: OptionSpec
  /** For `object`: its options. */
  readonly fields?: OptionSpecs
  /** Carries the parsed type; never set. */
  readonly parsed?: Parsed
}

/** The options of a block, by key. A key may have dots: `row.num` is found as `row { num }` too. */
export type OptionSpecs = { readonly [key: string]: OptionSpec }

/** The values of a block after parsing: all keys of the spec are there, undefined where not set. */
export type OptionsOf<Specs extends OptionSpecs> = {
  readonly [Key in keyof Specs]: Specs[Key] extends OptionSpec<infer Parsed> ? Parsed : never
}
