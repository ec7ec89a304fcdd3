import type { ByteSink } from '../../bytes/index.ts'
import { callsOf, destroyBy, READ, type Destroyable, type ProxyContext } from '../proxy.ts'
import { LOCK_SERVICE, OPERATIONS } from './operations.ts'

export interface LockOptions {
  /**
   * Who locks, within this member or client, as a thread is in Java: the same one can lock again
   * while it has the lock. Without it nobody can, so that what runs at the same time here stays apart.
   */
  readonly holder?: string
  /** It is given back by itself after so long; for ever without it, while this caller is there. */
  readonly leaseMs?: number
  /** Aborting it takes a call that waits back. */
  readonly signal?: AbortSignal
}

export interface LockOwner {
  /** The id of a member or client. */
  readonly caller: string
  readonly holder: string | undefined
  readonly fence: number
  /** How often it must be given back. */
  readonly count: number
  /** What is left of the lease, Infinity without one. */
  readonly leaseMs: number
}

/**
 * A lock for the whole cluster. Who gets it gets a fence with it, a number larger than those before.
 *
 * Promises: while nobody's lease ends and nobody is given up as gone, one owner at a time. An owner
 * that is only slow may lose the lock without knowing: so give the fence to what the lock protects,
 * and let it refuse a fence lower than the highest it has seen; then never do two owners get
 * through. Fences grow also when the lock changes its member, as long as no more than
 * `backup-count` members are lost at once; on two sides of a split without quorum they do not.
 * Leases end by the clock of the member that has the lock, within a turn of its tick. Who waits
 * longest is next, until the lock changes its member.
 */
export interface Lock extends Destroyable {
  readonly name: string
  /** Waits until it has the lock; the fence. */
  lock(options?: LockOptions): Promise<number>
  /** The fence; null when the lock was not to be had within `waitMs`. */
  tryLock(waitMs?: number, options?: LockOptions): Promise<number | null>
  /** Gives the lock back, once; rejects with GRD-033 when it is not held with this fence any more. */
  unlock(fence: number): Promise<void>
  isLocked(): Promise<boolean>
  /** Null when it is free. */
  owner(): Promise<LockOwner | null>
}

/** Ids of calls are whole numbers from 1, drawn so that no two of a caller are the same. */
const CALL_ID_COUNT = 2 ** 48

export const createLock = ({ host, invoker }: ProxyContext, name: string): Lock => {
  const call = callsOf(invoker, LOCK_SERVICE, name)
  const newCallId = (): number => host.random.integer(CALL_ID_COUNT) + 1

  const tryLock: Lock['tryLock'] = async (waitMs = 0, options = {}) => {
    const { holder = '', leaseMs = Infinity, signal } = options
    const callId = newCallId()
    const result = await call(
      OPERATIONS.LOCK,
      (sink) => {
        sink.text(holder)
        sink.f64(callId)
        sink.f64(leaseMs)
        sink.f64(waitMs)
      },
      { isIdempotent: true, waitMs, signal },
    )
    return result.flag() ? result.f64() : null
  }

  const owner: Lock['owner'] = async () => {
    const result = await call(OPERATIONS.OWNER, undefined, READ)
    if (!result.flag()) return null
    const [caller, holder] = [result.text(), result.text()]
    const [count, fence, leaseMs] = [result.u32(), result.f64(), result.f64()]
    return { caller, holder: holder === '' ? undefined : holder, fence, count, leaseMs }
  }

  return {
    name,
    lock: async (options) => (await tryLock(Infinity, options))!,
    tryLock,
    async unlock(fence) {
      const callId = newCallId()
      const write = (sink: ByteSink): void => {
        sink.f64(fence)
        sink.f64(callId)
      }
      await call(OPERATIONS.UNLOCK, write, { isIdempotent: true })
    },
    destroy: destroyBy(call),
    isLocked: async () => (await owner()) !== null,
    owner,
  }
}
