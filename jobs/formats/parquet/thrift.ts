import { ByteSink } from '../byteSink.ts'

/** Types of thrift's compact protocol. */
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

const encoder = new TextEncoder()

/** Writes structs in thrift's compact protocol: fields in the order of their ids. */
export class ThriftWriter {
  readonly sink = new ByteSink(1024)
  #lastId = 0

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TRUE : FALSE)
  }

  i8(id: number, value: number): void {
    this.#field(id, BYTE)
    this.sink.byte(value)
  }

  i32(id: number, value: number): void {
    this.#field(id, I32)
    this.#zigzag(value)
  }

  i64(id: number, value: number): void {
    this.#field(id, I64)
    this.#zigzag(value)
  }

  text(id: number, value: string): void {
    this.#field(id, BINARY)
    this.#binary(value)
  }

  struct(id: number, fields: () => void): void {
    this.#field(id, STRUCT)
    this.fields(fields)
  }

  texts(id: number, values: readonly string[]): void {
    this.#list(id, BINARY, values.length)
    for (const value of values) this.#binary(value)
  }

  i32s(id: number, values: readonly number[]): void {
    this.#list(id, I32, values.length)
    for (const value of values) this.#zigzag(value)
  }

  structs<Item>(id: number, items: readonly Item[], fields: (item: Item) => void): void {
    this.#list(id, STRUCT, items.length)
    for (const item of items) this.fields(() => fields(item))
  }

  /** The fields of a struct and its end. */
  fields(write: () => void): void {
    const outer = this.#lastId
    this.#lastId = 0
    write()
    this.sink.byte(0)
    this.#lastId = outer
  }

  #field(id: number, type: number): void {
    const delta = id - this.#lastId
    this.sink.byte((delta << 4) | type)
    this.#lastId = id
  }

  #list(id: number, type: number, count: number): void {
    this.#field(id, LIST)
    if (count < 15) {
      this.sink.byte((count << 4) | type)
      return
    }
    this.sink.byte(0xf0 | type)
    writeVarint(this.sink, count)
  }

  #binary(text: string): void {
    const bytes = encoder.encode(text)
    writeVarint(this.sink, bytes.length)
    this.sink.slice(bytes, 0, bytes.length)
  }

  #zigzag(value: number): void {
    writeVarint(this.sink, value < 0 ? -value * 2 - 1 : value * 2)
  }
}

/** A whole number of 0 or more, seven bits a byte. */
export const writeVarint = (sink: ByteSink, value: number): void => {
  let rest = value
  while (rest > 127) {
    sink.byte((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  sink.byte(rest)
}
