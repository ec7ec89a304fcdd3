import {
  DEFAULT_COLLECTION,
  settingsOf,
  type ByName,
  type CollectionSettings,
} from '../../settings.ts'
import { Collection, keyOf } from '../collection.ts'
import { executeOnCollection, readsCollection, readValues } from '../collectionCalls.ts'
import type { Fragment, FragmentCall, Structure } from '../structure.ts'
import { OPERATIONS, SET_SERVICE } from './operations.ts'

/** Sets: each lives in the partition of its name. */
export const createSets = (settings: ByName<CollectionSettings>): Structure => ({
  serviceId: SET_SERVICE,
  name: 'set',
  onlyReads: readsCollection,
  createFragment: ({ name }) => new SetFragment(settingsOf(settings, name, DEFAULT_COLLECTION)),
  matches: () => true,
})

class SetFragment extends Collection implements Fragment {
  readonly #sizeMax: number

  constructor(settings: CollectionSettings) {
    super({ ...settings, isIndexed: true })
    this.#sizeMax = settings.sizeMax > 0 ? settings.sizeMax : Infinity
  }

  execute(call: FragmentCall): void {
    if (call.operation === OPERATIONS.ADD_ALL) call.result.flag(this.#addAll(call))
    else executeOnCollection(this, call)
  }

  /** Adds those that are not there: all or, where there is no room for all, none. */
  #addAll(call: FragmentCall): boolean {
    const added = new Map<string, Uint8Array>()
    for (const value of readValues(call.arguments)) {
      if (this.indexOf(value) < 0) added.set(keyOf(value), value)
    }
    if (added.size === 0 || this.length + added.size > this.#sizeMax) return false
    for (const value of added.values()) this.append(value.slice(), call)
    return true
  }
}
