import { countAnswers, type Protocol } from './protocol.ts'

const encoder = new TextEncoder()
const CARRIAGE_RETURN = 0x0d
const DOLLAR = 0x24
const PLUS = 0x2b
const LINE_END_BYTES = 2
const ZERO = 0x30

/** `$5\r\nvalue\r\n`, `+OK\r\n`. */
const sizeOf = (bytes: Uint8Array, at: number): number => {
  const kind = bytes[at]
  if (kind !== DOLLAR && kind !== PLUS) {
    throw new Error(`Redis refuses: ${new TextDecoder().decode(bytes.subarray(at, at + 100))}`)
  }
  let end = at + 1
  let length = 0
  while (end < bytes.length && bytes[end] !== CARRIAGE_RETURN) {
    length = length * 10 + bytes[end]! - ZERO
    end += 1
  }
  if (end === bytes.length) return -1
  const lineBytes = end + LINE_END_BYTES - at
  return kind === PLUS ? lineBytes : lineBytes + length + LINE_END_BYTES
}

const part = (text: string): string => `$${text.length}\r\n${text}\r\n`

export const redis: Protocol = {
  request: (operation, key, value) => {
    const head = operation === 'get' ? `*2\r\n${part('GET')}` : `*3\r\n${part('SET')}`
    const text = operation === 'get' ? '' : part(new TextDecoder().decode(value))
    return encoder.encode(`${head}${part(`key-${key}`)}${text}`)
  },
  greet: () => ({ start: () => true, receive: () => true }),
  createCounter: () => countAnswers(sizeOf),
}
