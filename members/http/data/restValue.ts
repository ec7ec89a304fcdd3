/**
 * A body as it came over HTTP, kept in a map or queue with its content type: what is put by one way
 * is got the same by the other.
 */
export interface RestValue {
  readonly restType: string
  readonly restBody: Uint8Array
}

const OCTETS = 'application/octet-stream'

/** A value of the grid that came over HTTP. */
export const isRestValue = (value: unknown): value is RestValue =>
  typeof value === 'object' &&
  value !== null &&
  'restType' in value &&
  'restBody' in value &&
  value.restBody instanceof Uint8Array

/** The bytes and the type of any value: texts as they are, objects as JSON. */
export const toRestValue = (value: unknown): RestValue => {
  if (isRestValue(value)) return value
  if (value instanceof Uint8Array) return { restType: OCTETS, restBody: value }
  const isText = typeof value === 'string'
  const text = isText ? value : JSON.stringify(value, withBigints)
  return {
    restType: isText ? 'text/plain' : 'application/json',
    restBody: new TextEncoder().encode(text),
  }
}

/** JSON has no other form for them. */
const withBigints = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
