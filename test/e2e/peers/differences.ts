import type { Answer } from '../jobs/rest.ts'

/** What a value is made of: the name of its type, of its elements, or of its fields. */
type Shape = string | { readonly of: Shape } | { readonly fields: ReadonlyMap<string, Shape> }

/** Of both where they agree; what is null in one element has the type that it has in another. */
const merged = (left: Shape | undefined, right: Shape): Shape => {
  if (right === 'null' && left !== undefined) return left
  if (left === undefined || typeof left === 'string' || typeof right === 'string') return right
  if ('of' in left) return 'of' in right && right.of !== 'nothing' ? right : left
  if ('of' in right) return right
  const fields = new Map(left.fields)
  for (const [name, shape] of right.fields) fields.set(name, merged(fields.get(name), shape))
  return { fields }
}

const shapeOf = (value: unknown): Shape => {
  if (value === null) return 'null'
  if (Array.isArray(value)) {
    const of = value.map(shapeOf).reduce<Shape | undefined>(merged, undefined)
    return { of: of ?? 'nothing' }
  }
  if (typeof value !== 'object') return typeof value
  return { fields: new Map(Object.entries(value).map(([name, each]) => [name, shapeOf(each)])) }
}

const nameOf = (shape: Shape): string => {
  if (typeof shape === 'string') return shape
  return 'of' in shape ? 'array' : 'object'
}

const compare = (path: string, there: Shape, here: Shape): string[] => {
  if (nameOf(there) !== nameOf(here))
    return [`${path}: ${nameOf(there)} there, ${nameOf(here)} here`]
  if (typeof there === 'string' || typeof here === 'string') return []
  if ('of' in there || 'of' in here) {
    return 'of' in there && 'of' in here ? compare(`${path}[]`, there.of, here.of) : []
  }
  const names = [...new Set([...there.fields.keys(), ...here.fields.keys()])]
  return names.flatMap((name) => {
    const [left, right] = [there.fields.get(name), here.fields.get(name)]
    if (left === undefined) return [`${path}.${name}: only here`]
    if (right === undefined) return [`${path}.${name}: only there`]
    return compare(`${path}.${name}`, left, right)
  })
}

const mediaTypeOf = ({ headers }: Answer): string =>
  headers.get('content-type')?.split(';')[0] ?? 'none'

/** In what two answers to the same request differ: status, content type, names and types. */
export const differences = (request: string, there: Answer, here: Answer): string[] => {
  if (there.status !== here.status) {
    return [`${request}: ${there.status} there, ${here.status} here`]
  }
  const [left, right] = [mediaTypeOf(there), mediaTypeOf(here)]
  if (left !== right) return [`${request}: ${left} there, ${right} here`]
  return compare(request, shapeOf(there.json), shapeOf(here.json))
}
