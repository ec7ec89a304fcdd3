import { EngineError } from '../../../../../runtime/errors/index.ts'
import { argumentsFor, dataOf, READS, writeArgumentsFor, type MapCaller } from './caller.ts'
import { MapOperation } from '../operations.ts'

/** How long a lock is tried for and held. */
export interface LockOptions {
  /** It is released by itself after so long; never by default. */
  readonly leaseMs?: number
}

/**
 * Locks of keys. A lock belongs to the caller (this member or client, and its lock context); its
 * owner may take it again, and has to give it back as often. Others cannot write its key meanwhile,
 * they can read it. It is replicated like an entry, and released when its owner is gone.
 */
export interface LockCalls<Key> {
  /** Waits as long as it takes. */
  lock(key: Key, options?: LockOptions): Promise<void>
  /** Waits at most `timeoutMs`; answers whether it was taken. */
  tryLock(key: Key, timeoutMs?: number, options?: LockOptions): Promise<boolean>
  /** GRD-012 where this caller does not hold it. */
  unlock(key: Key): Promise<void>
  /** Releases it, whoever holds it. */
  forceUnlock(key: Key): Promise<void>
  isLocked(key: Key): Promise<boolean>
}

/** `lock` asks again after so long, so that no single call waits for ever. */
const LOCK_ROUND_MS = 30_000

/** The last number given to a call that takes a lock: unlike any other of this process. */
let references = 0

export const createLockCalls = <Key>(caller: MapCaller): LockCalls<Key> => {
  const tryLock = async (key: Key, timeoutMs: number, leaseMs: number): Promise<boolean> => {
    if (leaseMs <= 0 || Number.isNaN(leaseMs)) {
      throw new EngineError(
        'GRD-013',
        `The lease of a lock is ${leaseMs} ms: it must be more than 0`,
      )
    }
    const bytes = dataOf(key, 'key', caller.name)
    const sink = writeArgumentsFor(caller, bytes)
    sink.f64(leaseMs)
    sink.f64(timeoutMs)
    // The same call come twice must not count twice, so each has a number.
    references += 1
    sink.f64(references)
    const options = { isIdempotent: true, waitMs: timeoutMs }
    return (await caller.onKey(MapOperation.lock, bytes, options)).flag()
  }
  return {
    async lock(key, { leaseMs = Infinity } = {}) {
      while (!(await tryLock(key, LOCK_ROUND_MS, leaseMs)));
    },
    tryLock: (key, timeoutMs = 0, { leaseMs = Infinity } = {}) => tryLock(key, timeoutMs, leaseMs),
    async unlock(key) {
      const bytes = dataOf(key, 'key', caller.name)
      writeArgumentsFor(caller, bytes)
      await caller.onKey(MapOperation.unlock, bytes)
    },
    async forceUnlock(key) {
      const bytes = dataOf(key, 'key', caller.name)
      argumentsFor(bytes)
      await caller.onKey(MapOperation.forceUnlock, bytes, { isIdempotent: true })
    },
    async isLocked(key) {
      const bytes = dataOf(key, 'key', caller.name)
      argumentsFor(bytes)
      return (await caller.onKey(MapOperation.isLocked, bytes, READS)).flag()
    },
  }
}
