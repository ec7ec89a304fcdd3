import type { JsonValue } from '../../runtime/config/index.ts'
import type { OptionSpec, OptionSpecs } from '../options/index.ts'

export type JsonSchema = { readonly [key: string]: JsonValue }

/** The JSON Schema (draft 2020-12) of a block with these options. Unknown keys are allowed. */
export const optionsJsonSchema = (specs: OptionSpecs): JsonSchema => {
  const required = Object.keys(specs).filter((key) => specs[key]!.required === true)
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(specs).flatMap(([key, spec]) =>
        [key, ...(spec.aliases ?? [])].map((name) => [name, optionSchema(spec)]),
      ),
    ),
    // A required option may go by an older name, so that only those without one can be demanded.
    required: required.filter((key) => (specs[key]!.aliases ?? []).length === 0),
  }
}

const optionSchema = (spec: OptionSpec): JsonSchema => ({
  description: spec.description,
  ...(spec.defaultValue === undefined ? {} : { default: spec.defaultValue }),
  ...(spec.example === undefined ? {} : { examples: [spec.example] }),
  ...typeSchema(spec),
})

const typeSchema = (spec: OptionSpec): JsonSchema => {
  switch (spec.kind) {
    case 'string':
      return spec.values === undefined
        ? { type: ['string', 'number', 'boolean'] }
        : { type: 'string', enum: [...new Set(spec.values.flatMap(bothCases))] }
    case 'integer':
      return {
        anyOf: [
          { type: 'integer', ...range(spec) },
          { type: 'string', pattern: INTEGER },
        ],
      }
    case 'number':
      return { anyOf: [{ type: 'number', ...range(spec) }, { type: 'string' }] }
    case 'boolean':
      return { enum: [true, false, 'true', 'false', 'yes', 'no', 'on', 'off'] }
    case 'list':
      return listSchema(spec.item)
    case 'map':
      return {
        type: 'object',
        additionalProperties: spec.item === undefined ? true : typeSchema(spec.item),
      }
    case 'object':
      return optionsJsonSchema(spec.fields ?? {})
    case 'any':
      return {}
    default:
      return spec.kind satisfies never
  }
}

/**
 * A single value is a list of one too. Of objects that one is not described again: nested lists would
 * double the schema at each level.
 */
const listSchema = (item: OptionSpec | undefined): JsonSchema => {
  if (item === undefined || item.kind === 'any') return {}
  const items = typeSchema(item)
  const isNested = item.kind === 'object' || item.kind === 'map' || item.kind === 'list'
  return isNested
    ? { type: ['array', 'object'], items }
    : { anyOf: [{ type: 'array', items }, items] }
}

const INTEGER = String.raw`^\s*[+-]?\d+\s*$|\$\{`

const bothCases = (value: string): string[] => [value, value.toLowerCase(), value.toUpperCase()]

const range = (spec: OptionSpec): JsonSchema => ({
  ...(spec.minimum === undefined ? {} : { minimum: spec.minimum }),
  ...(spec.maximum === undefined ? {} : { maximum: spec.maximum }),
})
