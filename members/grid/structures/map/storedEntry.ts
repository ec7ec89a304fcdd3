import { EngineError } from '../../../../runtime/errors/index.ts'
import { fromData } from '../../data/index.ts'
import type { QueryEntry } from '../../query/index.ts'
import type { RecordStore } from '../../store/index.ts'

const NOT_READ = Symbol('not read')

/** The value of a Data, null where it is of a type that only Java knows. */
export const readLeniently = (data: Uint8Array): unknown => {
  try {
    return fromData(data)
  } catch (error) {
    if (error instanceof EngineError) return null
    throw error
  }
}

/**
 * A record as queries see it, decoded when it is asked for. One object stands for record after
 * record: it keeps nothing of the one before.
 */
export class StoredEntry implements QueryEntry {
  readonly #store: RecordStore
  /** Values that cannot be read (of types that only Java knows) count as null. */
  readonly #isLenient: boolean
  #handle = -1
  #key: unknown = NOT_READ
  #value: unknown = NOT_READ

  constructor(store: RecordStore, isLenient = false) {
    this.#store = store
    this.#isLenient = isLenient
  }

  at(handle: number): this {
    this.#handle = handle
    this.#key = NOT_READ
    this.#value = NOT_READ
    return this
  }

  get key(): unknown {
    if (this.#key === NOT_READ) this.#key = this.#read(this.#store.key(this.#handle))
    return this.#key
  }

  get value(): unknown {
    if (this.#value === NOT_READ) this.#value = this.#read(this.#store.value(this.#handle))
    return this.#value
  }

  #read(data: Uint8Array): unknown {
    return this.#isLenient ? readLeniently(data) : fromData(data)
  }
}
