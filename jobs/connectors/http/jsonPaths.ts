import { query as queryJson } from 'jsonpath-rfc9535'
import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError, messageOf } from '../../../runtime/errors/index.ts'

export type Json = JsonValue

/** All values that a JSONPath (RFC 9535) finds; throws HTP-001 when it is not one. */
export const query = (document: Json, path: string): Json[] => {
  try {
    return queryJson(document as never, path) as Json[]
  } catch (error) {
    throw new EngineError('HTP-001', `"${path}" is not a JSONPath: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}
