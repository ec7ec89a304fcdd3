import { EngineError } from '../../../../runtime/errors/index.ts'
import type { FragmentCall, FragmentTurn } from '../structure.ts'
import { DEFAULT_LIFETIME, findEntry, removeEntry, writeEntry } from './entries.ts'
import { MapEventType } from './events.ts'
import { onlyReads } from './handlers.ts'
import { MapOperation } from './operations.ts'
import type { Found, Need } from './beginning.ts'
import { type Outside, STORE_WAIT_KEY } from './outside.ts'
import { pieceOf } from '../../../wire/index.ts'
import type { MapState } from './state.ts'

/** How long a call waits for the store. */
const STORE_WAIT_MS = 30_000

/** Operations that begin with the key that they need the value of. */
const OF_ONE_KEY: ReadonlySet<number> = new Set([
  MapOperation.get,
  MapOperation.containsKey,
  MapOperation.getEntryView,
  MapOperation.put,
  MapOperation.putIfAbsent,
  MapOperation.replace,
  MapOperation.replaceIfSame,
  MapOperation.remove,
  MapOperation.removeIfSame,
  MapOperation.delete,
  MapOperation.tryRemove,
  MapOperation.setTtl,
])

/** Operations that need all entries of their partition. */
const OF_ALL_KEYS: ReadonlySet<number> = new Set([
  MapOperation.begin,
  MapOperation.size,
  MapOperation.containsValue,
  MapOperation.entries,
  MapOperation.clear,
  MapOperation.evictAll,
  MapOperation.executeOnEntries,
  MapOperation.query,
  MapOperation.queryPage,
  MapOperation.aggregate,
  MapOperation.removeAll,
  MapOperation.addIndex,
])

/** Operations that need nothing of the entries. */
const OF_NO_KEY: ReadonlySet<number> = new Set([
  MapOperation.statistics,
  MapOperation.invalidationState,
  MapOperation.journalState,
  MapOperation.readJournal,
  MapOperation.lock,
  MapOperation.unlock,
  MapOperation.forceUnlock,
  MapOperation.isLocked,
  MapOperation.tellAll,
  MapOperation.destroy,
])

/** The keys whose values an operation needs; leaves the arguments as they were. */
const neededKeys = ({ operation, arguments: source }: FragmentCall): Uint8Array[] => {
  const start = source.position
  const keys: Uint8Array[] = []
  if (OF_ONE_KEY.has(operation)) keys.push(source.bytes())
  else if (operation === MapOperation.getAll || operation === MapOperation.executeOnKeys) {
    if (operation === MapOperation.executeOnKeys) {
      source.f64()
      source.text()
      source.bytes()
    }
    for (let left = source.u32(); left > 0; left -= 1) keys.push(source.bytes())
  }
  source.seek(start)
  return keys
}

/** Takes an entry in that the store has; the store does not hear of it. */
const takeIn = (
  state: MapState,
  outside: Outside,
  { key, value }: Found,
  turn: FragmentTurn,
): void => {
  if (value === undefined || findEntry(state, key, turn) >= 0) return
  outside.isTransient = true
  const entry = { key: pieceOf(key), value: pieceOf(value), lifetime: DEFAULT_LIFETIME }
  writeEntry(state, -1, entry, turn)
}

/** Takes in what was read meanwhile of the entries that the map begins with. */
export const takeBeginning = (state: MapState, outside: Outside, turn: FragmentTurn): void => {
  for (const found of outside.takeBeginning(turn.effects)) takeIn(state, outside, found, turn)
}

const needOf = ({ isEager }: Outside, operation: number): Need => {
  if (isEager && operation !== MapOperation.begin) return 'map'
  return OF_ALL_KEYS.has(operation) ? 'partition' : 'keys'
}

/** Whether all that the call needs is in the map, or known not to be in the store; else it waits. */
const isReady = (state: MapState, outside: Outside, call: FragmentCall): boolean => {
  takeBeginning(state, outside, call)
  if (call.operation !== MapOperation.begin) outside.beginning.everywhere()
  if (!outside.beginning.hasBegun(needOf(outside, call.operation))) return false
  const missing: Uint8Array[] = []
  for (const key of neededKeys(call)) {
    if (findEntry(state, key, call) >= 0) continue
    const found = outside.found(key)
    if (found === undefined) missing.push(key)
    else if (found.failure !== undefined) throw found.failure
    else takeIn(state, outside, found, call)
  }
  if (missing.length > 0) outside.look(missing)
  return missing.length === 0
}

/**
 * Runs a call of a map that has a store: what is not in the map is looked for there first, what is
 * written is answered when the store has it. Throws GRD-041 where the store fails or is too slow,
 * GRD-042 where too many writes wait for it.
 */
export const executeWithStore = (
  state: MapState,
  outside: Outside,
  call: FragmentCall,
  handler: (state: MapState, call: FragmentCall) => void,
): void => {
  const { operation } = call
  const { name } = state.context
  outside.isTransient = true
  for (const key of outside.takeRefused()) {
    const handle = findEntry(state, key, call)
    if (handle >= 0) removeEntry(state, handle, MapEventType.evicted, call)
  }
  if (outside.isFull && !onlyReads(operation)) {
    const text = `Too many writes of the map ${name} wait for its store`
    throw new EngineError('GRD-042', text, { retry: 'backoff' })
  }
  if (!OF_NO_KEY.has(operation) && !isReady(state, outside, call)) {
    if (call.turn === 3) {
      const text = `The store of the map ${name} did not answer in ${STORE_WAIT_MS / 1000} s`
      throw new EngineError('GRD-041', text, { retry: 'backoff' })
    }
    call.park(STORE_WAIT_KEY, STORE_WAIT_MS)
    return
  }
  outside.isTransient = operation === MapOperation.putTransient
  handler(state, call)
}
