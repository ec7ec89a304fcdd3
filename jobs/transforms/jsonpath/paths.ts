import { query } from 'jsonpath-rfc9535'
import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'

/** Reads a value out of JSON; undefined when it is not there. */
export type PathReader = (json: JsonValue) => JsonValue | undefined

const STEP = /\.([\p{L}\p{N}_$-]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+))\s*\]/uy

/**
 * The reader of a JSONPath. A path of names and indices alone reads one value; any other path reads
 * the list of all values that it finds. CFG-005 when it is not a JSONPath.
 */
export const pathReader = (path: string): PathReader => {
  const steps = definiteSteps(path.trim())
  if (steps !== null) return (json) => walk(json, steps)
  try {
    query(null, path)
  } catch (cause) {
    throw new EngineError('CFG-005', `"${path}" is not a JSONPath: ${(cause as Error).message}.`, {
      cause,
    })
  }
  return (json) => query(json as never, path) as JsonValue
}

/** True when the path starts with a position: then a row is read as an array. */
export const startsWithIndex = (path: string): boolean => /^\s*\$\s*\[\s*-?\d/.test(path)

const definiteSteps = (path: string): readonly (string | number)[] | null => {
  if (!path.startsWith('$')) return null
  const steps: (string | number)[] = []
  let offset = 1
  while (offset < path.length) {
    STEP.lastIndex = offset
    const match = STEP.exec(path)
    if (match === null) return null
    const [text, name, single, double, index] = match
    const quoted = (single ?? double)?.replace(/\\(.)/g, '$1')
    steps.push(index === undefined ? (name ?? quoted)! : Number(index))
    offset += text.length
  }
  return steps
}

const walk = (json: JsonValue, steps: readonly (string | number)[]): JsonValue | undefined => {
  let value: JsonValue | undefined = json
  for (const step of steps) {
    if (typeof step === 'number') {
      if (!Array.isArray(value)) return undefined
      value = value.at(step) as JsonValue | undefined
    } else {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
        return undefined
      }
      value = (value as { readonly [key: string]: JsonValue })[step]
    }
    if (value === undefined) return undefined
  }
  return value
}
