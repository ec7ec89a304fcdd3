import type { z } from 'zod'

/** What a schema expects, without its defaults and conversions. */
export type Shape =
  | { readonly kind: 'object'; readonly keys: ReadonlyMap<string, z.core.$ZodType> }
  | { readonly kind: 'record'; readonly value: z.core.$ZodType }
  | { readonly kind: 'list'; readonly item: z.core.$ZodType }
  | { readonly kind: 'value' }

type Definition = z.core.$ZodTypes['_zod']['def']

/** Looks through `optional`, `default` and conversions at what a schema expects. */
export const shapeOf = (schema: z.core.$ZodType): Shape => {
  // Zod has no type for a schema whose kind is not known; all have a definition.
  const { def } = schema as unknown as { readonly def: Definition }
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
      return shapeOf(def.innerType)
    case 'pipe':
      return shapeOf(def.out)
    case 'object':
      return { kind: 'object', keys: new Map(Object.entries(def.shape)) }
    case 'record':
      return { kind: 'record', value: def.valueType }
    case 'array':
      return { kind: 'list', item: def.element }
    default:
      return { kind: 'value' }
  }
}

/** The paths of all values that a schema names; those below free keys are not among them. */
export const leafPaths = (
  schema: z.core.$ZodType,
  path: readonly string[] = [],
): (readonly string[])[] => {
  const shape = shapeOf(schema)
  if (shape.kind === 'record') return []
  if (shape.kind !== 'object') return [path]
  return [...shape.keys].flatMap(([key, inner]) => leafPaths(inner, [...path, key]))
}
