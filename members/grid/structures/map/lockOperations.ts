import { EngineError } from '../../../../runtime/errors/index.ts'
import type { FragmentCall } from '../structure.ts'
import { findEntry } from './entries.ts'
import type { MapState } from './state.ts'

/** A write waits so long for a lock that somebody else holds; invokers give up after 60 s. */
const LOCK_WAIT_MS = 50_000

const shown = (state: MapState): string => `A key of the map \`${state.context.name}\``

/**
 * Whether a write may go on: nobody else holds the lock of its key. Else the call waits, and after
 * 50 s it is refused with GRD-011.
 */
export const mayWrite = (
  state: MapState,
  key: Uint8Array,
  context: number,
  call: FragmentCall,
): boolean => {
  if (!state.locks.blocks(key, call.caller, context, call.nowMs)) return true
  if (call.turn === 3) {
    throw new EngineError(
      'GRD-011',
      `${shown(state)} stayed locked by another for ${LOCK_WAIT_MS / 1000} s`,
      { retry: 'backoff' },
    )
  }
  call.park(state.locks.waitKey(key, call.nowMs), LOCK_WAIT_MS)
  return false
}

/** As `mayWrite`, for a write that waits `timeoutMs` and then answers that it was not done. */
export const mayTry = (
  state: MapState,
  key: Uint8Array,
  { context, timeoutMs }: { readonly context: number; readonly timeoutMs: number },
  call: FragmentCall,
): boolean => {
  if (!state.locks.blocks(key, call.caller, context, call.nowMs)) return true
  if (call.turn === 3 || timeoutMs <= 0) call.result.flag(false)
  else call.park(state.locks.waitKey(key, call.nowMs), timeoutMs)
  return false
}

/** Key, context, lease, wait, reference → whether the lock was taken. */
export const lock = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  const owner = { caller: call.caller, context: call.arguments.f64() }
  const leaseMs = call.arguments.f64()
  const timeoutMs = call.arguments.f64()
  const reference = call.arguments.f64()
  if (!mayTry(state, key, { context: owner.context, timeoutMs }, call)) return
  state.locks.take(key, owner, { leaseMs, reference }, call)
  call.result.flag(true)
}

/** Key, context, reference → nothing. */
export const unlock = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  const owner = { caller: call.caller, context: call.arguments.f64() }
  if (!state.locks.isHeldBy(key, owner, call.nowMs)) {
    throw new EngineError(
      'GRD-012',
      `${shown(state)} cannot be unlocked by one who does not hold its lock`,
    )
  }
  state.locks.give(key, call)
}

/** Key → nothing. */
export const forceUnlock = (state: MapState, call: FragmentCall): void => {
  state.locks.force(call.arguments.bytes(), call)
}

/** Key → whether it is locked. */
export const isLocked = (state: MapState, call: FragmentCall): void => {
  call.result.flag(state.locks.isLocked(call.arguments.bytes(), call.nowMs))
}

/** The handles of entries that `clear` and the like leave: those whose keys are locked. */
export const lockedEntries = (state: MapState, call: FragmentCall): number[] => {
  if (state.locks.count === 0) return []
  const handles: number[] = []
  for (const key of state.locks.lockedKeys(call.nowMs)) {
    const handle = findEntry(state, key, call)
    if (handle >= 0) handles.push(handle)
  }
  return handles
}
