import { EngineError } from '../../../runtime/errors/index.ts'
import {
  parseExactJson,
  valueFromJson,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'

/** The value that a JSON text means for a type; undefined when it does not fit or is no JSON. */
export const jsonValueOf = (type: DataType, text: string): Value | undefined => {
  try {
    return valueFromJson(type, parseExactJson(text))
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof EngineError) return undefined
    throw thrown
  }
}

const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/

/** The bytes of a base64 text; undefined when it is not one. */
export const base64Bytes = (text: Uint8Array): Uint8Array | undefined => {
  const latin = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  return BASE64_TEXT.test(latin) ? new Uint8Array(Buffer.from(latin, 'base64')) : undefined
}
