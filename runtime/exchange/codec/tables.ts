import { assert } from '../../errors/index.ts'
import type { TableSchema } from '../../rows/index.ts'

/** Schemas that a stream remembers; a stream with more tables starts its dictionary anew. */
const TABLES_MAX = 4096

/** The numbers that one end of a stream has given to the tables it sent. */
export class SentTables {
  #byIdentity = new WeakMap<TableSchema, number>()
  #byText = new Map<string, number>()

  /** The table's number, or null when it must be announced first. */
  numberOf(table: TableSchema): number | null {
    const known = this.#byIdentity.get(table)
    if (known !== undefined) return known
    const equal = this.#byText.get(JSON.stringify(table))
    if (equal === undefined) return null
    this.#byIdentity.set(table, equal)
    return equal
  }

  /** Numbers the table; the announcement is to be sent before any batch of it. */
  announce(table: TableSchema): { readonly number: number; readonly text: string } {
    if (this.#byText.size === TABLES_MAX) {
      this.#byIdentity = new WeakMap()
      this.#byText = new Map()
    }
    const number = this.#byText.size
    const text = JSON.stringify(table)
    this.#byText.set(text, number)
    this.#byIdentity.set(table, number)
    return { number, text }
  }
}

/** The tables that the other end has received, each one object for all its batches. */
export class ReceivedTables {
  readonly #tables: TableSchema[] = []

  /** A number that is known already starts the dictionary anew from there. */
  add(number: number, text: string): void {
    assert(number <= this.#tables.length, 'tables are announced in order')
    this.#tables.length = number
    this.#tables.push(JSON.parse(text) as TableSchema)
  }

  get(number: number): TableSchema {
    const table = this.#tables[number]
    assert(table !== undefined, 'a table is announced before its batches')
    return table
  }
}
