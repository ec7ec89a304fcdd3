import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { createDueQueue, type Due } from './dueQueue.ts'
import type { Caller, Held } from '../replication/index.ts'

/** A call that waits for a key of its fragment, or for its time. */
export interface ParkedCall extends Due {
  readonly held: Held
  readonly key: string
  readonly caller: Caller
  readonly id: number
  readonly operation: number
  readonly arguments: Uint8Array
}

/** All calls that wait on this member. */
export interface Parking {
  /** False when too many wait already. */
  add(call: ParkedCall): boolean
  /** Takes those that wait for a key, the oldest so many. */
  take(held: Held, key: string, countMax: number): ParkedCall[]
  /** Takes all of a fragment. */
  takeAll(held: Held): ParkedCall[]
  /** Whether any call waits for the fragment. */
  isAwaited(held: Held): boolean
  /** The caller no longer waits. */
  cancel(caller: Caller, id: number): void
  /** The caller has gone with all its calls. */
  forget(caller: Caller): void
  readonly size: number
  close(): void
}

/** Beyond so many waiting calls others are refused. */
export const PARKED_MAX = 100_000
/** The calls that wait, by what they wait for and by who called. */
const createIndex = () => {
  const byHeld = new Map<Held, Map<string, Set<ParkedCall>>>()
  const byCaller = new Map<Caller, Map<number, ParkedCall>>()
  return {
    find: (caller: Caller, id: number): ParkedCall | undefined => byCaller.get(caller)?.get(id),
    of: (caller: Caller): ParkedCall[] => [...(byCaller.get(caller)?.values() ?? [])],
    isAwaited: (held: Held): boolean => byHeld.has(held),
    /** Those that wait for anything. */
    all: (held: Held): ParkedCall[] =>
      [...(byHeld.get(held)?.values() ?? [])].flatMap((calls) => [...calls]),
    /** The oldest of those that wait for a key. */
    waiting: (held: Held, key: string, countMax: number): ParkedCall[] => {
      const found: ParkedCall[] = []
      for (const call of byHeld.get(held)?.get(key) ?? []) {
        if (found.length >= countMax) break
        found.push(call)
      }
      return found
    },
    clear: (): void => {
      byHeld.clear()
      byCaller.clear()
    },
    add: (call: ParkedCall): void => {
      const keys = byHeld.get(call.held) ?? new Map<string, Set<ParkedCall>>()
      byHeld.set(call.held, keys)
      keys.set(call.key, (keys.get(call.key) ?? new Set()).add(call))
      const calls = byCaller.get(call.caller) ?? new Map<number, ParkedCall>()
      byCaller.set(call.caller, calls.set(call.id, call))
    },
    remove: (call: ParkedCall): void => {
      const keys = byHeld.get(call.held)
      const waiting = keys?.get(call.key)
      waiting?.delete(call)
      if (waiting?.size === 0) keys?.delete(call.key)
      if (keys?.size === 0) byHeld.delete(call.held)
      const calls = byCaller.get(call.caller)
      calls?.delete(call.id)
      if (calls?.size === 0) byCaller.delete(call.caller)
    },
  }
}

/** `onDue` is called with each call whose time is up; it is taken already. */
export const createParking = (clock: Clock, onDue: (call: ParkedCall) => void): Parking => {
  const index = createIndex()
  const queue = createDueQueue<ParkedCall>()
  let size = 0
  let timer: Timer | undefined
  let timerMs = Infinity

  const remove = (call: ParkedCall): void => {
    if (call.isGone) return
    call.isGone = true
    size -= 1
    index.remove(call)
    queue.forgot(size)
  }
  const look = (): void => {
    timer = undefined
    timerMs = Infinity
    const nowMs = clock.monotonic()
    for (let call = queue.first(); call !== undefined; call = queue.first()) {
      if (!call.isGone && call.dueMs > nowMs) break
      queue.take()
      if (call.isGone) continue
      remove(call)
      onDue(call)
    }
    watch()
  }
  const watch = (): void => {
    const first = queue.first()
    if (first === undefined || first.dueMs >= timerMs) return
    timer?.cancel()
    timerMs = first.dueMs
    timer = clock.timer(Math.max(0, first.dueMs - clock.monotonic()), look)
  }
  const taken = (calls: ParkedCall[]): ParkedCall[] => {
    for (const call of calls) remove(call)
    return calls
  }
  return {
    get size() {
      return size
    },
    add: (call) => {
      if (size >= PARKED_MAX) return false
      size += 1
      index.add(call)
      if (call.dueMs < Infinity) {
        queue.add(call)
        watch()
      }
      return true
    },
    take: (held, key, countMax) => taken(index.waiting(held, key, countMax)),
    takeAll: (held) => taken(index.all(held)),
    isAwaited: (held) => index.isAwaited(held),
    cancel: (caller, id) => {
      const call = index.find(caller, id)
      if (call !== undefined) remove(call)
    },
    forget: (caller) => {
      taken(index.of(caller))
    },
    close: () => {
      timer?.cancel()
      timer = undefined
      index.clear()
    },
  }
}
