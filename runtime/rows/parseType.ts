import type { JsonValue } from '../config/index.ts'
import { EngineError, nearest } from '../errors/index.ts'
import type { DataType, Field, ScalarKind, VectorKind } from './types.ts'

/** Beyond what any database has; a scale may not exceed the precision. */
const PRECISION_MAX = 1000
/** Types nest; a text must not exhaust the stack. */
const DEPTH_MAX = 50

const SCALARS: readonly (ScalarKind | VectorKind | 'any')[] = [
  ...(['null', 'boolean', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double'] as const),
  ...(['string', 'bytes', 'date', 'time', 'timestamp', 'timestamp_tz'] as const),
  ...(['binary_vector', 'float_vector', 'float16_vector', 'bfloat16_vector'] as const),
  ...(['sparse_float_vector', 'any'] as const),
]

/** Other names that people bring from databases and from SeaTunnel's SQL. */
const ALIASES: Readonly<Record<string, ScalarKind>> = {
  bool: 'boolean',
  byte: 'tinyint',
  short: 'smallint',
  integer: 'int',
  long: 'bigint',
  real: 'float',
  char: 'string',
  varchar: 'string',
  text: 'string',
  binary: 'bytes',
  varbinary: 'bytes',
  datetime: 'timestamp',
  timestamp_ltz: 'timestamp_tz',
  timestamptz: 'timestamp_tz',
}

const KNOWN = new Map<string, DataType>([
  ...SCALARS.map((kind) => [kind, Object.freeze({ kind })] as const),
  ...Object.entries(ALIASES).map(([alias, kind]) => [alias, Object.freeze({ kind })] as const),
])

const NAMES = [...KNOWN.keys(), 'decimal', 'numeric', 'array', 'map', 'row']

/**
 * The type that a job file writes: a text such as `decimal(38, 18)`, `array<int>` or
 * `map<string, {c_int = int}>` (case is ignored but in field names), or an object of fields for a
 * nested row. Throws ROW-001.
 */
export const parseType = (written: JsonValue): DataType => typeOfJson(written, 0)

const typeOfJson = (written: JsonValue, depth: number): DataType => {
  if (typeof written === 'string') return parseTypeText(written, depth)
  if (written === null) throw unknownType('null', 'write it in quotes: "null"')
  if (typeof written !== 'object' || Array.isArray(written)) {
    throw unknownType(
      JSON.stringify(written),
      'write a name such as string, or an object of fields',
    )
  }
  checkDepth(depth)
  const entries = Object.entries(written as { readonly [key: string]: JsonValue })
  return rowType(entries.map(([name, type]) => ({ name, type: typeOfJson(type, depth + 1) })))
}

const rowType = (fields: readonly Field[]): DataType =>
  Object.freeze({ kind: 'row', fields: Object.freeze(fields) })

const parseTypeText = (text: string, depth: number): DataType => {
  const reader = new TypeReader(text)
  const type = reader.type(depth)
  reader.end()
  return type
}

/** Reads one text from left to right. */
class TypeReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  type(depth: number): DataType {
    checkDepth(depth)
    if (this.#peek() === '{') return this.#row('{', '}', depth)
    const name = this.#name('a type')
    switch (name.toLowerCase()) {
      case 'decimal':
      case 'numeric':
        return this.#decimal()
      case 'array': {
        this.#expect('<')
        const element = this.type(depth + 1)
        this.#expect('>')
        return Object.freeze({ kind: 'array', element })
      }
      case 'map': {
        this.#expect('<')
        const key = this.type(depth + 1)
        this.#expect(',')
        const value = this.type(depth + 1)
        this.#expect('>')
        return Object.freeze({ kind: 'map', key, value })
      }
      case 'row':
        return this.#peek() === '<' ? this.#row('<', '>', depth) : this.#row('{', '}', depth)
      default:
        return this.#scalar(name)
    }
  }

  end(): void {
    if (this.#peek() !== '') throw this.#malformed(`"${this.#text.slice(this.#at)}" is too much`)
  }

  /** A length, as in `varchar(20)` or `timestamp(6)`, is read and does not change the type. */
  #scalar(name: string): DataType {
    const type = KNOWN.get(name.toLowerCase())
    if (type === undefined) {
      const close = nearest(name, NAMES)
      throw unknownType(name, close === undefined ? undefined : `did you mean "${close}"?`)
    }
    if (this.#peek() === '(') {
      this.#expect('(')
      this.#number()
      this.#expect(')')
    }
    return type
  }

  #decimal(): DataType {
    if (this.#peek() !== '(') {
      throw this.#malformed('a decimal needs a precision and a scale: decimal(38, 18)')
    }
    this.#expect('(')
    const precision = this.#number()
    let scale = 0
    if (this.#peek() === ',') {
      this.#expect(',')
      scale = this.#number()
    }
    this.#expect(')')
    if (precision < 1 || precision > PRECISION_MAX || scale > precision) {
      throw this.#malformed(
        `the precision is from 1 to ${PRECISION_MAX}, and the scale is not above it`,
      )
    }
    return Object.freeze({ kind: 'decimal', precision, scale })
  }

  #row(open: string, close: string, depth: number): DataType {
    this.#expect(open)
    const fields: Field[] = []
    while (this.#peek() !== close) {
      const name = this.#name('a field')
      if (this.#peek() === '=' || this.#peek() === ':') this.#at += 1
      fields.push({ name, type: this.#fieldType(depth + 1) })
      if (!this.#separator()) break
    }
    this.#expect(close)
    return rowType(fields)
  }

  /** Fields are parted by commas or, as in HOCON, by ends of lines. */
  #separator(): boolean {
    if (this.#peek() === ',') {
      this.#expect(',')
      return true
    }
    return /\n\s*$/.test(this.#text.slice(0, this.#at))
  }

  /** A field's type may stand in quotes, as in JSON. */
  #fieldType(depth: number): DataType {
    const quote = this.#peek()
    return quote === '"' || quote === "'"
      ? parseTypeText(this.#name('a type'), depth)
      : this.type(depth)
  }

  #name(what: string): string {
    this.#peek()
    const match = /(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s<>(){}[\],=:"'`]+))/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (found === null) throw this.#malformed(`${what} is missing`)
    this.#at = match.lastIndex
    return found[1] ?? found[2] ?? found[3] ?? found[4]!
  }

  #number(): number {
    const name = this.#name('a number')
    if (!/^\d{1,6}$/.test(name)) throw this.#malformed(`"${name}" is not a whole number`)
    return Number(name)
  }

  #expect(mark: string): void {
    if (this.#peek() !== mark) throw this.#malformed(`a "${mark}" is missing`)
    this.#at += 1
  }

  /** The next character after blanks, or nothing at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1
    return this.#text[this.#at] ?? ''
  }

  #malformed(why: string): EngineError {
    return new EngineError('ROW-001', `The type "${this.#text}" is not valid: ${why}.`)
  }
}

const checkDepth = (depth: number): void => {
  if (depth > DEPTH_MAX) {
    throw new EngineError('ROW-001', `A type is nested more than ${DEPTH_MAX} times.`)
  }
}

const unknownType = (name: string, hint: string | undefined): EngineError =>
  new EngineError(
    'ROW-001',
    `There is no type "${name}"${hint === undefined ? '.' : `: ${hint}${hint.endsWith('?') ? '' : '.'}`}`,
  )
