/** What a load asks for. */
export type Operation = 'get' | 'set'

/** How to speak with a server: requests as bytes, answers counted as they come. */
export interface Protocol {
  /** A request that may be sent again and again; `id` tells those of one connection apart. */
  request(operation: Operation, key: number, value: Uint8Array, id: number): Uint8Array
  /** Says what must be said before the first request. */
  greet(socket: GreetedSocket): Greeting
  /** Made for each connection. */
  createCounter(): AnswerCounter
}

export interface GreetedSocket {
  write(bytes: Uint8Array): number
}

export interface Greeting {
  /** Takes what the server says; true once requests may be sent. */
  receive(bytes: Uint8Array): boolean
  start(): boolean
}

/** Takes bytes as they come; returns how many answers they complete. Throws at a refusal. */
export type AnswerCounter = (bytes: Uint8Array) => number

/**
 * Counts answers of which `sizeOf` tells the length from where they begin; -1 where more bytes must
 * come before it is known.
 */
export const countAnswers = (sizeOf: (bytes: Uint8Array, at: number) => number): AnswerCounter => {
  let rest = new Uint8Array(0)
  return (given) => {
    let bytes = given
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + given.length)
      bytes.set(rest)
      bytes.set(given, rest.length)
    }
    let at = 0
    let count = 0
    while (at < bytes.length) {
      const size = sizeOf(bytes, at)
      if (size < 0 || at + size > bytes.length) break
      at += size
      count += 1
    }
    rest = at === bytes.length ? NOTHING : bytes.slice(at)
    return count
  }
}

const NOTHING = new Uint8Array(0)

export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
