import { WireFault } from '../../../wire/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { DEFAULT_MAP, settingsOf, type MapSettings } from '../../settings.ts'
import { keyHashOf } from '../../data/index.ts'
import { RecordStore } from '../../store/index.ts'
import type {
  Fragment,
  FragmentCall,
  FragmentContext,
  FragmentTurn,
  Merging,
} from '../structure.ts'
import { sweepExpired } from './bulkOperations.ts'
import { looksAtReads } from '../mergePolicies.ts'
import { createCounters } from './counters.ts'
import { applyExpiry, applyPut, applyRemove, writePut } from './entries.ts'
import { FragmentIndexes } from './fragmentIndexes.ts'
import { handlerOf } from './handlers.ts'
import { Journal } from './journal.ts'
import { KeyLocks } from './locks.ts'
import { memoryNoter, type MapMemory } from './memory.ts'
import { mapMerging } from './merging.ts'
import { getFromBackup } from './keyOperations.ts'
import { MapEffect, MapOperation } from './operations.ts'
import { createOutside, type Outside } from './outside.ts'
import { executeWithStore, takeBeginning } from './outsideCalls.ts'
import type { MapState } from './state.ts'
import type { MapSurroundings } from './surroundings.ts'

const MS_OF_SECOND = 1000

/** What the partitions of all maps of a member share. */
export interface SharedState {
  readonly surroundings: MapSurroundings
  readonly memory: MapMemory
  readonly states: Set<MapState>
  /** Of the map that was asked for last: its partitions mostly come one after the other. */
  last: { readonly name: string; readonly settings: MapSettings } | undefined
}

const settingsFor = (shared: SharedState, name: string): MapSettings => {
  if (shared.last?.name !== name) {
    const { maps } = shared.surroundings.settings
    shared.last = { name, settings: settingsOf(maps, name, DEFAULT_MAP) }
  }
  return shared.last.settings
}

const journalOf = (
  { eventJournal }: MapSettings,
  { settings }: MapSurroundings,
): Journal | undefined => {
  if (!eventJournal.enabled) return undefined
  const capacity = Math.max(1, Math.floor(eventJournal.capacity / settings.partitionCount))
  return new Journal(capacity, eventJournal.timeToLiveSeconds * MS_OF_SECOND)
}

const createState = (context: FragmentContext, common: SharedState): MapState => {
  const { surroundings, memory } = common
  const settings = settingsFor(common, context.name)
  const { policy } = settings.eviction
  const store = new RecordStore(surroundings.arena)
  const isHeld = (key: Uint8Array): boolean => store.find(keyHashOf(key), key) >= 0
  const shared = surroundings.storeOf?.(context.name)
  return {
    context,
    settings,
    surroundings,
    outside: createOutside({ context, settings, shared, isHeld }),
    store,
    locks: new KeyLocks(context),
    indexes: new FragmentIndexes(store, settings.indexes),
    journal: journalOf(settings, surroundings),
    memory,
    memoryNote: settings.eviction.maxSizePolicy.startsWith('USED')
      ? memoryNoter(memory, context.name, store)
      : undefined,
    counters: createCounters(),
    countsReads:
      settings.perEntryStatsEnabled ||
      policy === 'LRU' ||
      policy === 'LFU' ||
      looksAtReads(settings.mergePolicy),
    mayExpire: false,
    invalidationId: context.host.random.integer(2 ** 32),
    invalidations: 0,
    hash: 0,
  }
}

const applyEffect = (state: MapState, effect: number, effects: ByteSource): void => {
  switch (effect) {
    case MapEffect.put:
      return applyPut(state, effects)
    case MapEffect.remove:
      return applyRemove(state, effects)
    case MapEffect.clear:
      return state.store.clear()
    case MapEffect.expiry:
      return applyExpiry(state, effects)
    case MapEffect.lock:
      return state.locks.applyLock(effects)
    case MapEffect.unlock:
      return state.locks.applyUnlock(effects)
    case MapEffect.index:
      return state.indexes.apply(effects)
    case MapEffect.noIndexes:
      return state.indexes.applyForget()
    case MapEffect.behind:
    case MapEffect.stored:
    case MapEffect.loaded:
    case MapEffect.notLoaded:
      return outsideFor(state, effect).apply(effect, effects)
    case MapEffect.journal:
      return journalFor(state, effect).applyItem(effects)
    case MapEffect.noJournal:
      return journalFor(state, effect).applyClear()
    default:
      throw new WireFault(`There is no effect ${effect} of a map`)
  }
}

const outsideFor = ({ outside, context }: MapState, effect: number): Outside => {
  if (outside !== undefined) return outside
  throw new WireFault(`Effect ${effect} of the map ${context.name}: it has no store here`)
}

const journalFor = ({ journal, context }: MapState, effect: number): Journal => {
  if (journal !== undefined) return journal
  throw new WireFault(`Effect ${effect} of the map ${context.name}: it has no journal here`)
}

/** A copy starts with the records, at the cursors of their scan; then comes the rest. */
const CURSOR_OF_REST = 2 ** 33
/** And last the journal, by its numbers. */
const CURSOR_OF_JOURNAL = CURSOR_OF_REST + 1

const copyState = (
  { store, locks, indexes, journal, outside }: MapState,
  from: number,
  effects: ByteSink,
  bytesMax: number,
): number | undefined => {
  const end = effects.length + bytesMax
  let cursor = from
  const write = (handle: number): void => writePut(store, handle, effects)
  while (cursor < CURSOR_OF_REST) {
    if (effects.length >= end) return cursor
    cursor = store.scan(cursor, write, 1) ?? CURSOR_OF_REST
  }
  if (cursor === CURSOR_OF_REST) {
    locks.copy(effects)
    indexes.copy(effects)
    outside?.copy(effects)
    cursor = CURSOR_OF_JOURNAL
  }
  const next = journal?.copy(cursor - CURSOR_OF_JOURNAL, effects, end)
  return next === undefined ? undefined : next + CURSOR_OF_JOURNAL
}

/** Entries looked at in one tick. */
const SWEEP_BUDGET = 1000

/** A map in one partition. There are many that are empty, so it is small. */
export class MapFragment implements Fragment {
  readonly #shared: SharedState
  readonly #state: MapState
  readonly readBackup: ((call: FragmentCall) => boolean) | undefined
  #sweepCursor = 0

  constructor(context: FragmentContext, shared: SharedState) {
    this.#shared = shared
    this.#state = createState(context, shared)
    shared.states.add(this.#state)
    this.readBackup = this.#state.settings.readBackupData
      ? (call) => call.operation === MapOperation.get && getFromBackup(this.#state, call)
      : undefined
  }

  get backupCount(): number {
    return this.#state.settings.backupCount
  }

  get asyncBackupCount(): number {
    return this.#state.settings.asyncBackupCount
  }

  execute(call: FragmentCall): void {
    const handler = handlerOf(call.operation)
    if (this.#state.outside === undefined) handler(this.#state, call)
    else executeWithStore(this.#state, this.#state.outside, call, handler)
  }

  apply(effects: ByteSource): void {
    // A backup answers no queries; if it is to be the primary, the first one builds them anew.
    this.#state.indexes.reset()
    while (!effects.isAtEnd) applyEffect(this.#state, effects.u8(), effects)
    this.#state.memoryNote?.update()
  }

  copy(cursor: number, effects: ByteSink, bytesMax: number): number | undefined {
    return copyState(this.#state, cursor, effects, bytesMax)
  }

  digest(): number {
    const { store, locks, indexes, journal, outside } = this.#state
    const others = (journal?.digest() ?? 0) + (outside?.digest() ?? 0)
    return (store.digest() + locks.digest() + indexes.addedCount + others) | 0
  }

  isEmpty(): boolean {
    const { store, locks, indexes, journal, outside } = this.#state
    if (outside?.isUsed === true) return false
    const isJournalEmpty = journal === undefined || journal.tail < 0
    return store.count === 0 && locks.count === 0 && indexes.addedCount === 0 && isJournalEmpty
  }

  tick(turn: FragmentTurn): void {
    const { locks, mayExpire, outside } = this.#state
    if (locks.count > 0) locks.releaseEnded(turn)
    if (outside !== undefined) {
      takeBeginning(this.#state, outside, turn)
      outside.tick(turn)
    }
    if (!mayExpire) return
    this.#sweepCursor = sweepExpired(this.#state, this.#sweepCursor, SWEEP_BUDGET, turn) ?? 0
  }

  callerGone(caller: string, turn: FragmentTurn): void {
    this.#state.locks.releaseOf(caller, turn)
  }

  callers(): Iterable<string> {
    return this.#state.locks.callers()
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    const { store, journal } = this.#state
    return { entries: store.count, bytes: store.bytes + (journal?.bytes ?? 0) }
  }

  get merging(): Merging {
    return mapMerging(this.#state)
  }

  close(): void {
    this.#shared.states.delete(this.#state)
    this.#state.memoryNote?.close()
    this.#state.locks.clear()
    this.#state.outside?.close()
    this.#state.store.close()
  }
}
