/** A number as it was written: a double would lose digits of a bigint or a decimal. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Parsed JSON. An object keeps the order of its keys; of equal keys the last one wins. */
export type JsonTree = null | boolean | string | JsonNumber | JsonTree[] | Map<string, JsonTree>

/** Deeper than any sensible document; bounds the stack. */
const DEPTH_MAX = 200

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const BLANKS = /[ \t\r\n]*/y
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y

/** The tree of a JSON text; undefined when it is not valid JSON. */
export const parseJson = (text: string): JsonTree | undefined => {
  let at = 0
  const match = (expression: RegExp): string => {
    expression.lastIndex = at
    const found = expression.exec(text)
    if (found === null) return ''
    at = expression.lastIndex
    return found[0]
  }
  const word = <Value>(expected: string, value: Value): Value | undefined => {
    if (!text.startsWith(expected, at)) return undefined
    at += expected.length
    return value
  }

  const string = (): string | undefined => {
    at += 1
    let result = ''
    for (;;) {
      result += match(PLAIN_TEXT)
      const letter = text[at]
      at += 1
      if (letter === '"') return result
      if (letter !== '\\') return undefined
      const escape = text[at]!
      at += 1
      if (escape === 'u') {
        const digits = text.slice(at, at + 4)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) return undefined
        result += String.fromCharCode(Number.parseInt(digits, 16))
        at += 4
      } else {
        const plain = ESCAPES[escape]
        if (plain === undefined) return undefined
        result += plain
      }
    }
  }

  const array = (depth: number): JsonTree | undefined => {
    const items: JsonTree[] = []
    at += 1
    match(BLANKS)
    if (text[at] === ']') return word(']', items)
    for (;;) {
      const item = value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
      match(BLANKS)
      if (text[at] === ']') return word(']', items)
      if (word(',', true) === undefined) return undefined
    }
  }

  const object = (depth: number): JsonTree | undefined => {
    const entries = new Map<string, JsonTree>()
    at += 1
    match(BLANKS)
    if (text[at] === '}') return word('}', entries)
    for (;;) {
      match(BLANKS)
      const key = text[at] === '"' ? string() : undefined
      match(BLANKS)
      if (key === undefined || word(':', true) === undefined) return undefined
      const item = value(depth + 1)
      if (item === undefined) return undefined
      entries.set(key, item)
      match(BLANKS)
      if (text[at] === '}') return word('}', entries)
      if (word(',', true) === undefined) return undefined
    }
  }

  const value = (depth: number): JsonTree | undefined => {
    if (depth > DEPTH_MAX) return undefined
    match(BLANKS)
    switch (text[at]) {
      case '"':
        return string()
      case '{':
        return object(depth)
      case '[':
        return array(depth)
      case 't':
        return word('true', true)
      case 'f':
        return word('false', false)
      case 'n':
        return word('null', null)
      default: {
        const number = match(NUMBER)
        return number === '' ? undefined : new JsonNumber(number)
      }
    }
  }

  const tree = value(0)
  match(BLANKS)
  return at === text.length ? tree : undefined
}

const ESCAPES: { readonly [letter: string]: string | undefined } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** The tree as JSON again, with the digits of each number as they were. */
export const formatJson = (tree: JsonTree): string => {
  if (tree instanceof JsonNumber) return tree.text
  if (Array.isArray(tree)) return `[${tree.map(formatJson).join(',')}]`
  if (tree instanceof Map) {
    const entries = [...tree].map(([key, item]) => `${JSON.stringify(key)}:${formatJson(item)}`)
    return `{${entries.join(',')}}`
  }
  return JSON.stringify(tree)
}
