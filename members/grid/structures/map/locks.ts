import type { Timer } from '../../../../runtime/host/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import type { FragmentContext, FragmentTurn } from '../structure.ts'
import { keyTextOf } from './keyText.ts'
import { MapEffect } from './operations.ts'

/** Who holds a lock: a member or client, and which of the parallel activities in it. */
export interface LockOwner {
  readonly caller: string
  readonly context: number
}

interface Lock extends LockOwner {
  readonly key: Uint8Array
  /** How often its owner has taken it and not given it back. */
  readonly holds: number
  /** Wall clock; Infinity without a lease. */
  readonly leaseUntilMs: number
  /** The last call that took it: the same call, come twice, counts once. */
  readonly reference: number
}

/** What most partitions have. */
const NO_LOCKS: ReadonlyMap<string, Lock> = new Map()

/**
 * The locks of keys in one partition. They are replicated; a lease is counted by the clock of the
 * primary, so after its loss it may end earlier or later by the difference of the clocks.
 */
export class KeyLocks {
  readonly #context: FragmentContext
  #locks: ReadonlyMap<string, Lock> = NO_LOCKS
  /** For the lease that ends first of those that somebody waits for. */
  #timer: Timer | undefined
  #timerDueMs = Infinity

  constructor(context: FragmentContext) {
    this.#context = context
  }

  get count(): number {
    return this.#locks.size
  }

  /** The lock of a key that is held now. */
  #held(text: string, nowMs: number): Lock | undefined {
    const lock = this.#locks.get(text)
    return lock !== undefined && lock.leaseUntilMs > nowMs ? lock : undefined
  }

  isLocked(key: Uint8Array, nowMs: number): boolean {
    return this.#locks.size > 0 && this.#held(keyTextOf(key), nowMs) !== undefined
  }

  isHeldBy(key: Uint8Array, owner: LockOwner, nowMs: number): boolean {
    if (this.#locks.size === 0) return false
    const lock = this.#held(keyTextOf(key), nowMs)
    return lock?.caller === owner.caller && lock.context === owner.context
  }

  /** Somebody else holds the lock of this key: a write has to wait. */
  blocks(key: Uint8Array, caller: string, context: number, nowMs: number): boolean {
    if (this.#locks.size === 0) return false
    const lock = this.#held(keyTextOf(key), nowMs)
    return lock !== undefined && (lock.caller !== caller || lock.context !== context)
  }

  /** The key to park with until the lock is given back or its lease ends. */
  waitKey(key: Uint8Array, nowMs: number): string {
    const text = keyTextOf(key)
    const leaseUntilMs = this.#locks.get(text)?.leaseUntilMs ?? Infinity
    if (leaseUntilMs < this.#timerDueMs) this.#wakeAt(leaseUntilMs, nowMs)
    return text
  }

  /** Takes a free lock, or once more one that the caller holds. */
  take(
    key: Uint8Array,
    owner: LockOwner,
    { leaseMs, reference }: { leaseMs: number; reference: number },
    turn: FragmentTurn,
  ): void {
    const text = keyTextOf(key)
    const held = this.#held(text, turn.nowMs)
    if (held !== undefined && held.reference === reference) return
    const lock: Lock = {
      caller: owner.caller,
      context: owner.context,
      key: held?.key ?? key.slice(),
      holds: (held?.holds ?? 0) + 1,
      leaseUntilMs: turn.nowMs + leaseMs,
      reference,
    }
    this.#own().set(text, lock)
    writeLock(lock, turn.effects)
  }

  /** Gives a lock back that its owner holds, once. */
  give(key: Uint8Array, turn: FragmentTurn): void {
    const text = keyTextOf(key)
    const lock = this.#locks.get(text)!
    if (lock.holds > 1) {
      const fewer = { ...lock, holds: lock.holds - 1 }
      this.#own().set(text, fewer)
      writeLock(fewer, turn.effects)
      return
    }
    this.#release(text, lock, turn)
  }

  /** Releases a lock, whoever holds it and however often. */
  force(key: Uint8Array, turn: FragmentTurn): void {
    const text = keyTextOf(key)
    const lock = this.#locks.get(text)
    if (lock !== undefined) this.#release(text, lock, turn)
  }

  /** Releases those of a caller that is gone. */
  releaseOf(caller: string, turn: FragmentTurn): void {
    for (const [text, lock] of this.#locks) {
      if (lock.caller === caller) this.#release(text, lock, turn)
    }
  }

  releaseAll(turn: FragmentTurn): void {
    for (const [text, lock] of this.#locks) this.#release(text, lock, turn)
  }

  /** Forgets locks whose lease has ended. */
  releaseEnded(turn: FragmentTurn): void {
    for (const [text, lock] of this.#locks) {
      if (lock.leaseUntilMs <= turn.nowMs) this.#release(text, lock, turn)
    }
  }

  /** The locks of this partition, to be changed. */
  #own(): Map<string, Lock> {
    if (this.#locks === NO_LOCKS) this.#locks = new Map()
    return this.#locks as Map<string, Lock>
  }

  #release(text: string, lock: Lock, turn: FragmentTurn): void {
    this.#own().delete(text)
    turn.effects.u8(MapEffect.unlock)
    turn.effects.bytes(lock.key)
    this.#context.wake(text)
  }

  /** Those who hold locks. */
  *callers(): Iterable<string> {
    for (const { caller } of this.#locks.values()) yield caller
  }

  /** Keys that are locked now. */
  *lockedKeys(nowMs: number): Iterable<Uint8Array> {
    for (const lock of this.#locks.values()) if (lock.leaseUntilMs > nowMs) yield lock.key
  }

  /** Repeats the effect `lock`. */
  applyLock(effects: ByteSource): void {
    const key = effects.bytes().slice()
    this.#own().set(keyTextOf(key), {
      key,
      caller: effects.text(),
      context: effects.f64(),
      holds: effects.u32(),
      leaseUntilMs: effects.f64(),
      reference: effects.f64(),
    })
  }

  /** Repeats the effect `unlock`. */
  applyUnlock(effects: ByteSource): void {
    this.#own().delete(keyTextOf(effects.bytes()))
  }

  copy(effects: ByteSink): void {
    for (const lock of this.#locks.values()) writeLock(lock, effects)
  }

  digest(): number {
    let sum = 0
    for (const [text, lock] of this.#locks) {
      const owner = `${text}/${lock.caller}/${lock.context}/${lock.holds}/${lock.reference}`
      sum = (sum + textHash(owner)) | 0
    }
    return sum
  }

  clear(): void {
    this.#locks = NO_LOCKS
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerDueMs = Infinity
  }

  #wakeAt(dueMs: number, nowMs: number): void {
    this.#timer?.cancel()
    this.#timerDueMs = dueMs
    this.#timer = this.#context.host.clock.timer(dueMs - nowMs, () => {
      this.#timer = undefined
      this.#timerDueMs = Infinity
      // Calls that wait for a lease that goes on set the timer anew.
      for (const [text, lock] of this.#locks) {
        if (lock.leaseUntilMs !== Infinity) this.#context.wake(text)
      }
    })
  }
}

const writeLock = (lock: Lock, effects: ByteSink): void => {
  effects.u8(MapEffect.lock)
  effects.bytes(lock.key)
  effects.text(lock.caller)
  effects.f64(lock.context)
  effects.u32(lock.holds)
  effects.f64(lock.leaseUntilMs)
  effects.f64(lock.reference)
}

const textHash = (text: string): number => {
  let hash = 0
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}
