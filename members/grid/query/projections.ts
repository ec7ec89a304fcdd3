import { EngineError } from '../../../runtime/errors/index.ts'
import { attributeOf, type QueryEntry } from './attributes.ts'

/** What is made of each entry that matches, as plain data. */
export interface Projection {
  readonly attributes: readonly string[]
  /** One attribute gives its value, several give an array. */
  readonly isSingle: boolean
}

export const singleAttribute = (attribute: string): Projection => ({
  attributes: [attribute],
  isSingle: true,
})
export const multiAttribute = (...attributes: readonly string[]): Projection => ({
  attributes,
  isSingle: false,
})

/** GRD-020 where an attribute makes no sense. */
export const compileProjection = (projection: Projection): ((entry: QueryEntry) => unknown) => {
  if (!Array.isArray(projection?.attributes)) {
    throw new EngineError('GRD-020', 'A projection has no attributes')
  }
  const attributes = projection.attributes.map(attributeOf)
  const readers = attributes.map((attribute) =>
    attribute.isMany ? attribute.readAll : attribute.read,
  )
  const [first] = readers
  if (projection.isSingle && first !== undefined) return first
  return (entry) => readers.map((read) => read(entry))
}
