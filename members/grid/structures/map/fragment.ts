import { WireFault } from '../../../wire/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { DEFAULT_MAP, settingsOf, type MapSettings } from '../../settings.ts'
import { RecordStore } from '../../store/index.ts'
import type { Fragment, FragmentCall, FragmentContext, FragmentTurn } from '../structure.ts'
import * as bulk from './bulkOperations.ts'
import { createCounters } from './counters.ts'
import { applyExpiry, applyPut, applyRemove, writePut } from './entries.ts'
import { FragmentIndexes } from './fragmentIndexes.ts'
import * as keys from './keyOperations.ts'
import { KeyLocks } from './locks.ts'
import * as locks from './lockOperations.ts'
import { MapEffect, MapOperation } from './operations.ts'
import * as processing from './processing.ts'
import * as querying from './querying.ts'
import type { MapState } from './state.ts'
import type { MapSurroundings } from './surroundings.ts'

type Handler = (state: MapState, call: FragmentCall) => void

/** By the number of the operation. */
const HANDLERS: (Handler | undefined)[] = []
HANDLERS[MapOperation.get] = keys.get
HANDLERS[MapOperation.put] = keys.put
HANDLERS[MapOperation.set] = keys.set
HANDLERS[MapOperation.putIfAbsent] = keys.putIfAbsent
HANDLERS[MapOperation.putTransient] = keys.set
HANDLERS[MapOperation.tryPut] = keys.tryPut
HANDLERS[MapOperation.replace] = keys.replace
HANDLERS[MapOperation.replaceIfSame] = keys.replaceIfSame
HANDLERS[MapOperation.remove] = keys.remove
HANDLERS[MapOperation.removeIfSame] = keys.removeIfSame
HANDLERS[MapOperation.delete] = keys.deleteKey
HANDLERS[MapOperation.tryRemove] = keys.tryRemove
HANDLERS[MapOperation.containsKey] = keys.containsKey
HANDLERS[MapOperation.evict] = keys.evict
HANDLERS[MapOperation.setTtl] = keys.setTtl
HANDLERS[MapOperation.getEntryView] = keys.getEntryView
HANDLERS[MapOperation.containsValue] = bulk.containsValue
HANDLERS[MapOperation.size] = bulk.size
HANDLERS[MapOperation.getAll] = bulk.getAll
HANDLERS[MapOperation.putAll] = bulk.putAll
HANDLERS[MapOperation.entries] = bulk.entries
HANDLERS[MapOperation.clear] = bulk.clear
HANDLERS[MapOperation.evictAll] = bulk.evictAll
HANDLERS[MapOperation.destroy] = bulk.destroy
HANDLERS[MapOperation.tellAll] = bulk.tellAll
HANDLERS[MapOperation.lock] = locks.lock
HANDLERS[MapOperation.unlock] = locks.unlock
HANDLERS[MapOperation.forceUnlock] = locks.forceUnlock
HANDLERS[MapOperation.isLocked] = locks.isLocked
HANDLERS[MapOperation.executeOnKeys] = processing.executeOnKeys
HANDLERS[MapOperation.executeOnEntries] = processing.executeOnEntries
HANDLERS[MapOperation.removeAll] = processing.removeAll
HANDLERS[MapOperation.query] = querying.query
HANDLERS[MapOperation.queryPage] = querying.queryPage
HANDLERS[MapOperation.aggregate] = querying.aggregate
HANDLERS[MapOperation.addIndex] = querying.addIndex

const createState = (context: FragmentContext, surroundings: MapSurroundings): MapState => {
  const settings: MapSettings = settingsOf(surroundings.settings.maps, context.name, DEFAULT_MAP)
  const { policy } = settings.eviction
  const store = new RecordStore(surroundings.arena)
  return {
    context,
    settings,
    surroundings,
    store,
    locks: new KeyLocks(context),
    indexes: new FragmentIndexes(store, settings.indexes),
    counters: createCounters(),
    countsReads:
      settings.perEntryStatsEnabled ||
      settings.maxIdleSeconds > 0 ||
      policy === 'LRU' ||
      policy === 'LFU',
    mayExpire: false,
    invalidationId: context.host.random.integer(2 ** 32),
    invalidations: 0,
    hash: 0,
  }
}

const applyEffects = (state: MapState, effects: ByteSource): void => {
  while (!effects.isAtEnd) {
    const effect = effects.u8()
    switch (effect) {
      case MapEffect.put:
        applyPut(state, effects)
        break
      case MapEffect.remove:
        applyRemove(state, effects)
        break
      case MapEffect.clear:
        state.store.clear()
        state.indexes.reset()
        break
      case MapEffect.expiry:
        applyExpiry(state, effects)
        break
      case MapEffect.lock:
        state.locks.applyLock(effects)
        break
      case MapEffect.unlock:
        state.locks.applyUnlock(effects)
        break
      case MapEffect.index:
        state.indexes.apply(effects)
        break
      default:
        throw new WireFault(`There is no effect ${effect} of a map`)
    }
  }
}

/** A copy starts with the records, at the cursors of their scan, and goes on with the rest. */
const CURSOR_OF_REST = 2 ** 33

const copyState = (
  { store, locks: keyLocks, indexes }: MapState,
  from: number,
  effects: ByteSink,
  bytesMax: number,
): number | undefined => {
  const end = effects.length + bytesMax
  let cursor: number | undefined = from
  while (cursor !== undefined && cursor < CURSOR_OF_REST) {
    if (effects.length >= end) return cursor
    cursor = store.scan(cursor, (handle) => writePut(store, handle, effects), 1) ?? CURSOR_OF_REST
  }
  keyLocks.copy(effects)
  indexes.copy(effects)
  return undefined
}

/** Entries looked at in one tick. */
const SWEEP_BUDGET = 1000

/** A map in one partition. */
export const createMapFragment = (
  context: FragmentContext,
  surroundings: MapSurroundings,
): Fragment => {
  const state = createState(context, surroundings)
  const { store, locks: keyLocks, indexes, settings } = state
  let sweepCursor = 0
  return {
    backupCount: settings.backupCount,
    asyncBackupCount: settings.asyncBackupCount,
    execute(call) {
      const handler = HANDLERS[call.operation]
      if (handler === undefined) throw new WireFault(`A map has no operation ${call.operation}`)
      handler(state, call)
    },
    apply: (effects) => applyEffects(state, effects),
    copy: (cursor, effects, bytesMax) => copyState(state, cursor, effects, bytesMax),
    digest: () => (store.digest() + keyLocks.digest() + indexes.addedCount) | 0,
    isEmpty: () => store.count === 0 && keyLocks.count === 0 && indexes.addedCount === 0,
    tick(turn: FragmentTurn) {
      if (keyLocks.count > 0) keyLocks.releaseEnded(turn)
      if (!state.mayExpire) return
      sweepCursor = bulk.sweepExpired(state, sweepCursor, SWEEP_BUDGET, turn) ?? 0
    },
    callerGone: (caller, turn) => keyLocks.releaseOf(caller, turn),
    sizes: () => ({ entries: store.count, bytes: store.bytes }),
    close() {
      keyLocks.clear()
      store.close()
    },
  }
}
