import type { JsonValue } from '../config/index.ts'
import { z } from 'zod'
import { configurationSchema } from './sections/index.ts'

/** The JSON Schema (draft 2020-12) of `tidegate.yaml`, which may hold every root. */
export const configurationJsonSchema = (): { readonly [key: string]: JsonValue } => {
  const schema = z.toJSONSchema(configurationSchema, {
    unrepresentable: 'any',
    // Of what is read nothing need be written, and other keys are warned of only.
    override: ({ jsonSchema }) => {
      delete jsonSchema.required
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return schema as unknown as { readonly [key: string]: JsonValue }
}
