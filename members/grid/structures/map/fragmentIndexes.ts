import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { fromData, toData } from '../../data/index.ts'
import { createIndexes, type Indexes, type Predicate } from '../../query/index.ts'
import type { IndexSettings } from '../../settings.ts'
import type { RecordStore } from '../../store/index.ts'
import { MapEffect } from './operations.ts'
import { StoredEntry } from './storedEntry.ts'

const nameOf = ({ name, type, attributes }: IndexSettings): string =>
  name ?? `${type}/${attributes.join('/')}`

/** What most maps have. */
const NONE_ADDED: ReadonlyMap<string, IndexSettings> = new Map()

/**
 * The indexes of a map in one partition. They are built by the first query and kept up from then
 * on; a backup, which answers no queries, has none and decodes nothing.
 */
export class FragmentIndexes {
  readonly #store: RecordStore
  readonly #configured: readonly IndexSettings[]
  /** Added while it runs: replicated, by name. */
  #added: ReadonlyMap<string, IndexSettings> = NONE_ADDED
  #indexes: Indexes | undefined
  #entry: StoredEntry | undefined

  constructor(store: RecordStore, configured: readonly IndexSettings[]) {
    this.#store = store
    this.#configured = configured
  }

  /** Indexes beside those of the settings. */
  get addedCount(): number {
    return this.#added.size
  }

  /** Handles among which are all records that match; undefined where all must be looked at. */
  find(predicate: Predicate): ReadonlySet<number> | undefined {
    if (this.#configured.length + this.#added.size === 0) return undefined
    this.#indexes ??= this.#build()
    return this.#indexes.find(predicate)
  }

  /** After a record was written, or has another handle. */
  added(handle: number): void {
    this.#indexes?.add(handle, this.#at(handle))
  }

  /** Before a record is changed, moved or deleted. */
  removing(handle: number): void {
    this.#indexes?.remove(handle, this.#at(handle))
  }

  /** After all records were replaced or deleted. */
  reset(): void {
    this.#indexes = undefined
  }

  /** Adds an index unless there is one of its name. */
  define(definition: IndexSettings, effects: ByteSink): void {
    const known = this.#configured.some((other) => nameOf(other) === nameOf(definition))
    if (known || this.#added.has(nameOf(definition))) return
    this.#add(definition)
    writeIndex(definition, effects)
  }

  /** Drops those that were added. */
  forget(effects: ByteSink): void {
    if (this.#added.size === 0) return
    this.applyForget()
    effects.u8(MapEffect.noIndexes)
  }

  /** Repeats the effect `noIndexes`. */
  applyForget(): void {
    this.#added = NONE_ADDED
    this.#indexes = undefined
  }

  /** Repeats the effect `index`. */
  apply(effects: ByteSource): void {
    const definition = fromData(effects.bytes()) as IndexSettings
    this.#add(definition)
  }

  copy(effects: ByteSink): void {
    for (const definition of this.#added.values()) writeIndex(definition, effects)
  }

  #at(handle: number): StoredEntry {
    this.#entry ??= new StoredEntry(this.#store, true)
    return this.#entry.at(handle)
  }

  #add(definition: IndexSettings): void {
    this.#added = new Map(this.#added).set(nameOf(definition), definition)
    this.#indexes = undefined
  }

  #build(): Indexes {
    const indexes = createIndexes([...this.#configured, ...this.#added.values()])
    this.#store.scan(0, (handle) => indexes.add(handle, this.#at(handle)), Infinity)
    return indexes
  }
}

const writeIndex = (definition: IndexSettings, effects: ByteSink): void => {
  effects.u8(MapEffect.index)
  effects.bytes(toData(definition))
}
