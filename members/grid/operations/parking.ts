import type { Clock, Timer } from '../../../runtime/host/index.ts'
import type { Caller, Held } from '../replication/index.ts'

/** A call that waits for a key of its fragment, or for its time. */
export interface ParkedCall {
  readonly held: Held
  readonly key: string
  readonly caller: Caller
  readonly id: number
  readonly operation: number
  readonly arguments: Uint8Array
  /** On the monotonic clock; Infinity for never. */
  readonly dueMs: number
  isGone: boolean
}

/** All calls that wait on this member. */
export interface Parking {
  /** False when too many wait already. */
  add(call: ParkedCall): boolean
  /** Takes those that wait for a key, oldest first. */
  take(held: Held, key: string): ParkedCall[]
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
/** Calls that are taken leave a place in the heap; it is swept when so many have. */
const SWEEP_MIN = 1000

/** A heap by time: the earliest is first. */
const createQueue = () => {
  const items: ParkedCall[] = []
  const swap = (left: number, right: number): void => {
    const item = items[left]!
    items[left] = items[right]!
    items[right] = item
  }
  const isBefore = (left: number, right: number): boolean =>
    items[left]!.dueMs < items[right]!.dueMs
  const sink = (from: number): void => {
    for (let at = from; ;) {
      const left = 2 * at + 1
      if (left >= items.length) return
      const least = left + 1 < items.length && isBefore(left + 1, left) ? left + 1 : left
      if (!isBefore(least, at)) return
      swap(at, least)
      at = least
    }
  }
  return {
    first: (): ParkedCall | undefined => items[0],
    size: (): number => items.length,
    add: (item: ParkedCall): void => {
      items.push(item)
      for (let at = items.length - 1; at > 0;) {
        const parent = (at - 1) >> 1
        if (!isBefore(at, parent)) return
        swap(at, parent)
        at = parent
      }
    },
    take: (): void => {
      const last = items.pop()!
      if (items.length === 0) return
      items[0] = last
      sink(0)
    },
    sweep: (): void => {
      const left = items.filter(({ isGone }) => !isGone)
      items.length = 0
      items.push(...left)
      for (let at = items.length >> 1; at >= 0; at -= 1) if (at < items.length) sink(at)
    },
  }
}

/** `onDue` is called with each call whose time is up; it is taken already. */
export const createParking = (clock: Clock, onDue: (call: ParkedCall) => void): Parking => {
  const byHeld = new Map<Held, Map<string, Set<ParkedCall>>>()
  const byCaller = new Map<Caller, Map<number, ParkedCall>>()
  const queue = createQueue()
  let size = 0
  let timer: Timer | undefined
  let timerMs = Infinity

  const remove = (call: ParkedCall): void => {
    if (call.isGone) return
    call.isGone = true
    size -= 1
    const keys = byHeld.get(call.held)
    const waiting = keys?.get(call.key)
    waiting?.delete(call)
    if (waiting?.size === 0) keys?.delete(call.key)
    if (keys?.size === 0) byHeld.delete(call.held)
    const calls = byCaller.get(call.caller)
    calls?.delete(call.id)
    if (calls?.size === 0) byCaller.delete(call.caller)
    if (queue.size() > SWEEP_MIN && queue.size() > 2 * size) queue.sweep()
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
  const takeAll = (found: Iterable<ParkedCall>): ParkedCall[] => {
    const calls = [...found]
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
      const keys = byHeld.get(call.held) ?? new Map<string, Set<ParkedCall>>()
      byHeld.set(call.held, keys)
      keys.set(call.key, (keys.get(call.key) ?? new Set()).add(call))
      const calls = byCaller.get(call.caller) ?? new Map<number, ParkedCall>()
      byCaller.set(call.caller, calls.set(call.id, call))
      if (call.dueMs < Infinity) {
        queue.add(call)
        watch()
      }
      return true
    },
    take: (held, key) => takeAll(byHeld.get(held)?.get(key) ?? []),
    takeAll: (held) => {
      const calls: ParkedCall[] = []
      for (const waiting of byHeld.get(held)?.values() ?? []) calls.push(...waiting)
      return takeAll(calls)
    },
    isAwaited: (held) => byHeld.has(held),
    cancel: (caller, id) => {
      const call = byCaller.get(caller)?.get(id)
      if (call !== undefined) remove(call)
    },
    forget: (caller) => {
      takeAll(byCaller.get(caller)?.values() ?? [])
    },
    close: () => {
      timer?.cancel()
      timer = undefined
      byHeld.clear()
      byCaller.clear()
    },
  }
}
