import { EngineError, messageOf } from '../../../../runtime/errors/index.ts'
import { pieceOf } from '../../../wire/index.ts'
import type { ByteSource } from '../../bytes/index.ts'
import { fromData, keyHashOf, toData } from '../../data/index.ts'
import type { FragmentCall } from '../structure.ts'
import type { EntryLifetime } from './calls/caller.ts'
import { DEFAULT_LIFETIME, findEntry, noteRead, removeEntry, writeEntry } from './entries.ts'
import { MapEventType } from './events.ts'
import { keyTextOf } from './keyText.ts'
import { mayWrite } from './lockOperations.ts'
import { DEFAULT_TIME_MS } from './operations.ts'
import type { EntryProcessor } from './processors.ts'
import { matchingHandles, readPredicate } from './querying.ts'
import type { MapState } from './state.ts'

/** What a processor wants done with its entry. */
type Wish =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'write'; readonly value: Uint8Array; readonly lifetime?: EntryLifetime }
  | { readonly kind: 'remove' }

interface Outcome {
  readonly key: Uint8Array
  readonly answer: Uint8Array
  readonly wish: Wish
}

interface NamedProcessor {
  readonly name: string
  readonly run: EntryProcessor
}

const processorOf = ({ surroundings, context }: MapState, name: string): NamedProcessor => {
  const { processors } = surroundings
  if (Object.hasOwn(processors, name)) return { name, run: processors[name]! }
  throw new EngineError(
    'GRD-014',
    `A member that holds the map \`${context.name}\` has no entry processor \`${name}\``,
  )
}

/** Runs the processor on what is there now, and changes nothing. */
const outcomeOf = (
  processor: NamedProcessor,
  key: Uint8Array,
  before: Uint8Array | undefined,
  argument: unknown,
): Outcome => {
  let value: unknown = before === undefined ? null : fromData(before)
  let wish: Wish = { kind: 'nothing' }
  try {
    const answer = processor.run(
      {
        key: fromData(key),
        get value() {
          return value
        },
        setValue(written, lifetime) {
          value = written
          wish =
            written === null || written === undefined
              ? { kind: 'remove' }
              : { kind: 'write', value: toData(written), ...(lifetime && { lifetime }) }
        },
        remove() {
          value = null
          wish = { kind: 'remove' }
        },
      },
      argument,
    )
    if (answer instanceof Promise) throw new Error('it returned a promise, but it must not wait')
    return { key, answer: toData(answer), wish }
  } catch (cause) {
    throw new EngineError(
      'GRD-014',
      `The entry processor \`${processor.name}\` failed: ${messageOf(cause)}`,
      { cause },
    )
  }
}

const carryOut = (state: MapState, { key, wish }: Outcome, call: FragmentCall): void => {
  const found = findEntry(state, key, call)
  if (wish.kind === 'write') {
    const lifetime =
      wish.lifetime === undefined
        ? DEFAULT_LIFETIME
        : {
            ttlMs: wish.lifetime.ttlMs ?? DEFAULT_TIME_MS,
            maxIdleMs: wish.lifetime.maxIdleMs ?? DEFAULT_TIME_MS,
          }
    state.counters.puts += 1
    writeEntry(state, found, { key: pieceOf(key), value: pieceOf(wish.value), lifetime }, call)
  } else if (found >= 0) {
    if (wish.kind === 'nothing') noteRead(state, found, call)
    else {
      state.counters.removes += 1
      removeEntry(state, found, MapEventType.removed, call)
    }
  }
}

const liveValue = (state: MapState, key: Uint8Array, nowMs: number): Uint8Array | undefined => {
  const { store } = state
  const handle = store.find(keyHashOf(key), key)
  if (handle < 0) return undefined
  const expiresAtMs = store.expiresAtMs(handle)
  return expiresAtMs !== 0 && expiresAtMs <= nowMs ? undefined : store.value(handle).slice()
}

/** Runs a processor on all of the keys, then carries out what it wants: all of it, or nothing. */
const process = (
  state: MapState,
  keys: readonly Uint8Array[],
  { name, argument }: { readonly name: string; readonly argument: unknown },
  call: FragmentCall,
): void => {
  const processor = processorOf(state, name)
  const outcomes = keys.map((key) =>
    outcomeOf(processor, key, liveValue(state, key, call.nowMs), argument),
  )
  for (const outcome of outcomes) {
    carryOut(state, outcome, call)
    call.result.flag(true)
    call.result.bytes(outcome.key)
    call.result.bytes(outcome.answer)
  }
  call.result.flag(false)
}

const readKeys = (source: ByteSource): Uint8Array[] => {
  const keys = new Map<string, Uint8Array>()
  for (let left = source.u32(); left > 0; left -= 1) {
    const key = source.bytes().slice()
    keys.set(keyTextOf(key), key)
  }
  return [...keys.values()]
}

/** Context, processor, argument, how many keys, keys → a flag, key and answer of each; no flag. */
export const executeOnKeys = (state: MapState, call: FragmentCall): void => {
  const { arguments: source } = call
  const context = source.f64()
  const name = source.text()
  const argument = fromData(source.bytes())
  const keys = readKeys(source)
  for (const key of keys) if (!mayWrite(state, key, context, call)) return
  process(state, keys, { name, argument }, call)
}

/** Context, processor, argument, predicate → as `executeOnKeys`, of the entries that match. */
export const executeOnEntries = (state: MapState, call: FragmentCall): void => {
  const { arguments: source } = call
  const context = source.f64()
  const name = source.text()
  const argument = fromData(source.bytes())
  const wanted = readPredicate(source)
  const keys: Uint8Array[] = []
  matchingHandles(state, wanted, call.nowMs, (handle) => {
    keys.push(state.store.key(handle).slice())
  })
  for (const key of keys) if (!mayWrite(state, key, context, call)) return
  process(state, keys, { name, argument }, call)
}

/** Context, predicate → how many entries that match were removed. */
export const removeAll = (state: MapState, call: FragmentCall): void => {
  const context = call.arguments.f64()
  const wanted = readPredicate(call.arguments)
  const keys: Uint8Array[] = []
  matchingHandles(state, wanted, call.nowMs, (handle) => {
    keys.push(state.store.key(handle).slice())
  })
  for (const key of keys) if (!mayWrite(state, key, context, call)) return
  for (const key of keys) {
    const found = findEntry(state, key, call)
    if (found < 0) continue
    state.counters.removes += 1
    removeEntry(state, found, MapEventType.removed, call)
  }
  call.result.u32(keys.length)
}
