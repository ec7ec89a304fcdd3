import { WireFault } from '../../../wire/index.ts'
import { ByteSource, type ByteSink } from '../../bytes/index.ts'
import {
  DEFAULT_MULTI_MAP,
  settingsOf,
  type ByName,
  type MergePolicy,
  type MultiMapSettings,
} from '../../settings.ts'
import { PAGE_BYTES, readValues, writeValues } from '../collectionCalls.ts'
import { replacesWhole } from '../mergePolicies.ts'
import { sameBytes } from '../sameBytes.ts'
import type { Fragment, FragmentCall, FragmentTurn, Merging, Structure } from '../structure.ts'
import { entryEvent, readEntryEvent } from './events.ts'
import { MULTI_MAP_SERVICE, OPERATIONS } from './operations.ts'
import { MultiMapState, type Entry } from './state.ts'

const READS: ReadonlySet<number> = new Set([
  OPERATIONS.GET,
  OPERATIONS.CONTAINS_KEY,
  OPERATIONS.CONTAINS_VALUE,
  OPERATIONS.CONTAINS_ENTRY,
  OPERATIONS.SIZE,
  OPERATIONS.VALUE_COUNT,
  OPERATIONS.KEYS,
  OPERATIONS.ENTRIES,
])

/** Multimaps: the values of a key live in the partition of the key. */
export const createMultiMaps = (settings: ByName<MultiMapSettings>): Structure => ({
  serviceId: MULTI_MAP_SERVICE,
  name: 'multimap',
  onlyReads: (operation) => READS.has(operation),
  createFragment: ({ name }) => new MultiMapFragment(settingsOf(settings, name, DEFAULT_MULTI_MAP)),
  /** The filter is a key, or empty for all. */
  matches: (filter, event) =>
    filter.length === 0 || sameBytes(filter, readEntryEvent(new ByteSource(event)).key),
})

class MultiMapFragment implements Fragment {
  readonly backupCount: number
  readonly asyncBackupCount: number
  readonly #holdsEqualValues: boolean
  readonly #mergePolicy: MergePolicy
  readonly #state = new MultiMapState()

  constructor({ mergePolicy, valueCollectionType, ...backups }: MultiMapSettings) {
    this.backupCount = backups.backupCount
    this.asyncBackupCount = backups.asyncBackupCount
    this.#mergePolicy = mergePolicy
    this.#holdsEqualValues = valueCollectionType === 'LIST'
  }

  execute(call: FragmentCall): void {
    const { operation, arguments: source, result } = call
    const state = this.#state
    if (operation === OPERATIONS.PUT) result.flag(this.#put(call))
    else if (operation === OPERATIONS.GET) {
      writeValues(
        result,
        state.of(source.bytes()).map(({ value }) => value),
      )
    } else if (operation === OPERATIONS.REMOVE) {
      const entry = this.#find(source.bytes(), source.bytes())
      if (entry !== undefined) this.#remove(entry, call)
      result.flag(entry !== undefined)
    } else if (operation === OPERATIONS.REMOVE_ALL) {
      const entries = state.of(source.bytes())
      for (const entry of entries) this.#remove(entry, call)
      writeValues(
        result,
        entries.map(({ value }) => value),
      )
    } else if (operation === OPERATIONS.CONTAINS_KEY) {
      result.flag(state.countOf(source.bytes()) > 0)
    } else if (operation === OPERATIONS.CONTAINS_VALUE) {
      result.flag(this.#holdsValue(source.bytes()))
    } else if (operation === OPERATIONS.CONTAINS_ENTRY) {
      result.flag(this.#find(source.bytes(), source.bytes()) !== undefined)
    } else if (operation === OPERATIONS.SIZE) result.u32(state.size)
    else if (operation === OPERATIONS.VALUE_COUNT) result.u32(state.countOf(source.bytes()))
    else if (operation === OPERATIONS.CLEAR) this.#clear(call)
    else if (operation === OPERATIONS.KEYS) this.#page(call, false)
    else if (operation === OPERATIONS.ENTRIES) this.#page(call, true)
    else throw new WireFault(`A multimap has no operation ${operation}`)
  }

  apply(effects: ByteSource): void {
    this.#state.apply(effects)
  }

  copy(cursor: number, effects: ByteSink, bytesMax: number): number | undefined {
    return this.#state.copy(cursor, effects, bytesMax)
  }

  digest(): number {
    return this.#state.digest()
  }

  isEmpty(): boolean {
    return this.#state.size === 0
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    return this.#state.sizes()
  }

  close(): void {
    this.#state.forget()
  }

  #put(call: FragmentCall): boolean {
    const key = call.arguments.bytes()
    const value = call.arguments.bytes()
    if (!this.#holdsEqualValues && this.#find(key, value) !== undefined) return false
    this.#state.put(key.slice(), value.slice(), call.effects)
    if (call.hasListeners) call.publish(entryEvent('added', key, value))
    return true
  }

  #find(key: Uint8Array, value: Uint8Array): Entry | undefined {
    return this.#state.of(key).find((entry) => sameBytes(entry.value, value))
  }

  #holdsValue(value: Uint8Array): boolean {
    for (let index = 0; index < this.#state.size; index += 1) {
      if (sameBytes(this.#state.at(index).value, value)) return true
    }
    return false
  }

  destroy(call: FragmentCall): void {
    this.#clear(call)
  }

  /** The values of a key are merged as a whole. */
  get merging(): Merging {
    const state = this.#state
    return {
      policy: this.#mergePolicy,
      isWhole: false,
      write(cursor, batch, bytesMax) {
        const next = state.scan(cursor, batch, bytesMax, (entry) => {
          if (!state.isFirstOfItsKey(entry)) return
          batch.flag(true)
          batch.bytes(entry.key)
          writeValues(
            batch,
            state.of(entry.key).map(({ value }) => value),
          )
        })
        batch.flag(false)
        return next
      },
      merge: (call, policy) => {
        let taken = 0
        while (call.arguments.flag()) taken += this.#mergeKey(call, policy)
        return taken
      },
    }
  }

  #mergeKey(call: FragmentCall, policy: MergePolicy): number {
    const key = call.arguments.bytes().slice()
    const values = readValues(call.arguments)
    const there = this.#state.of(key)
    const isSame =
      there.length === values.length &&
      values.every((value, at) => sameBytes(value, there[at]!.value))
    if (isSame || !replacesWhole(policy, there.length > 0)) return 0
    for (const entry of there) this.#remove(entry, call)
    for (const value of values) {
      this.#state.put(key, value.slice(), call.effects)
      if (call.hasListeners) call.publish(entryEvent('added', key, value))
    }
    return values.length
  }

  #remove(entry: Entry, turn: FragmentTurn): void {
    this.#state.remove(entry, turn.effects)
    if (turn.hasListeners) turn.publish(entryEvent('removed', entry.key, entry.value))
  }

  #clear(call: FragmentCall): void {
    if (this.#state.size === 0) return
    for (let index = 0; call.hasListeners && index < this.#state.size; index += 1) {
      const { key, value } = this.#state.at(index)
      call.publish(entryEvent('removed', key, value))
    }
    this.#state.clear(call.effects)
  }

  /** Keys, or keys with their values, each after a flag; then the next cursor, 0 at the end. */
  #page({ arguments: source, result }: FragmentCall, withValues: boolean): void {
    const next = this.#state.scan(source.f64(), result, PAGE_BYTES, (entry) => {
      if (!withValues && !this.#state.isFirstOfItsKey(entry)) return
      result.flag(true)
      result.bytes(entry.key)
      if (withValues) result.bytes(entry.value)
    })
    result.flag(false)
    result.f64(next ?? 0)
  }
}
