import { EngineError } from '../../../../runtime/errors/index.ts'
import {
  DEFAULT_COLLECTION,
  settingsOf,
  type ByName,
  type CollectionSettings,
} from '../../settings.ts'
import { Collection } from '../collection.ts'
import { executeOnCollection, readsCollection, readValues } from '../collectionCalls.ts'
import type { Fragment, FragmentCall, Structure } from '../structure.ts'
import { LIST_SERVICE, OPERATIONS } from './operations.ts'

const READS: ReadonlySet<number> = new Set([
  OPERATIONS.GET,
  OPERATIONS.INDEX_OF,
  OPERATIONS.LAST_INDEX_OF,
  OPERATIONS.RANGE,
])

/** Lists: each lives in the partition of its name. */
export const createLists = (settings: ByName<CollectionSettings>): Structure => ({
  serviceId: LIST_SERVICE,
  name: 'list',
  onlyReads: (operation) => readsCollection(operation) || READS.has(operation),
  createFragment: ({ name }) =>
    new ListFragment(name, settingsOf(settings, name, DEFAULT_COLLECTION)),
  matches: () => true,
})

class ListFragment extends Collection implements Fragment {
  readonly #name: string
  readonly #sizeMax: number

  constructor(name: string, settings: CollectionSettings) {
    super({ ...settings, isIndexed: false })
    this.#name = name
    this.#sizeMax = settings.sizeMax > 0 ? settings.sizeMax : Infinity
  }

  execute(call: FragmentCall): void {
    const { operation, arguments: source, result } = call
    if (operation === OPERATIONS.ADD_ALL) result.flag(this.#insertAll(this.length, call))
    else if (operation === OPERATIONS.INSERT_ALL) {
      result.flag(this.#insertAll(this.#index(source.i32(), this.length), call))
    } else if (operation === OPERATIONS.GET) {
      result.bytes(this.at(this.#index(source.i32(), this.length - 1)))
    } else if (operation === OPERATIONS.SET) {
      const index = this.#index(source.i32(), this.length - 1)
      result.bytes(this.replaceAt(index, source.bytes().slice(), call))
    } else if (operation === OPERATIONS.REMOVE_AT) {
      result.bytes(this.removeAt(this.#index(source.i32(), this.length - 1), call))
    } else if (operation === OPERATIONS.INDEX_OF) result.i32(this.indexOf(source.bytes()))
    else if (operation === OPERATIONS.LAST_INDEX_OF) result.i32(this.lastIndexOf(source.bytes()))
    else if (operation === OPERATIONS.RANGE) this.#range(call)
    else executeOnCollection(this, call)
  }

  /** All or, where there is no room for all, none. */
  #insertAll(index: number, call: FragmentCall): boolean {
    const values = readValues(call.arguments)
    if (this.length + values.length > this.#sizeMax) return false
    values.forEach((value, offset) => this.insert(index + offset, value.slice(), call))
    return values.length > 0
  }

  #range({ arguments: source, result }: FragmentCall): void {
    const end = this.#index(source.i32(), this.length)
    const start = this.#index(source.i32(), end)
    result.u32(end - start)
    for (let index = start; index < end; index += 1) result.bytes(this.at(index))
  }

  #index(index: number, max: number): number {
    if (index >= 0 && index <= max) return index
    const held = `The list ${this.#name} has ${this.length} items`
    throw new EngineError('GRD-031', `${held}: the index ${index} is none of them`)
  }
}
