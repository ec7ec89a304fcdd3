import { EngineError } from '../../../../runtime/errors/index.ts'
import { WireFault } from '../../../wire/index.ts'
import { ByteSink, type ByteSource } from '../../bytes/index.ts'
import { DEFAULT_BACKUPS, settingsOf, type BackupSettings, type ByName } from '../../settings.ts'
import { hashOf } from '../digests.ts'
import type { Fragment, FragmentCall, FragmentTurn, Structure } from '../structure.ts'
import { LOCK_SERVICE, OPERATIONS } from './operations.ts'

/** Those who wait for the lock. */
const FREE = 'free'

/** Who has the lock. */
interface Owner {
  readonly caller: string
  /** Which part of the caller; an empty one equals no other. */
  readonly holder: string
  /** Wall clock, Infinity without a lease. */
  readonly leaseEndMs: number
  /** The ids of the calls that got it and did not give it back: a call that comes twice counts once. */
  readonly calls: readonly number[]
}

/** Locks: each lives in the partition of its name. */
export const createLocks = (settings: ByName<BackupSettings>): Structure => ({
  serviceId: LOCK_SERVICE,
  name: 'lock',
  onlyReads: (operation) => operation === OPERATIONS.OWNER,
  createFragment: ({ name, wake }) =>
    new LockFragment(name, settingsOf(settings, name, DEFAULT_BACKUPS), wake),
  matches: () => false,
})

const digestSink = new ByteSink()

/** The effect of every change is the whole state: a lock is small. */
class LockFragment implements Fragment {
  readonly backupCount: number
  readonly asyncBackupCount: number
  readonly #name: string
  readonly #wake: (key: string, countMax?: number) => void
  /** The last one that was given: it only grows, and is kept while nobody has the lock. */
  #fence = 0
  #owner: Owner | undefined
  /** The id of the last call that gave the lock back. */
  #unlockCall = 0

  constructor(
    name: string,
    backups: BackupSettings,
    wake: (key: string, countMax?: number) => void,
  ) {
    this.backupCount = backups.backupCount
    this.asyncBackupCount = backups.asyncBackupCount
    this.#name = name
    this.#wake = wake
  }

  execute(call: FragmentCall): void {
    if (call.operation === OPERATIONS.LOCK) this.#lock(call)
    else if (call.operation === OPERATIONS.UNLOCK) this.#unlock(call)
    else if (call.operation === OPERATIONS.OWNER) this.#tellOwner(call)
    else throw new WireFault(`A lock has no operation ${call.operation}`)
  }

  apply(effects: ByteSource): void {
    while (!effects.isAtEnd) this.#read(effects)
  }

  copy(_cursor: number, effects: ByteSink): undefined {
    this.#write(effects)
  }

  digest(): number {
    digestSink.reset()
    this.#write(digestSink)
    return hashOf(0, digestSink.view())
  }

  isEmpty(): boolean {
    return this.#fence === 0
  }

  tick(turn: FragmentTurn): void {
    if (this.#owner !== undefined && this.#ownerAt(turn.nowMs) === undefined) this.#free(turn)
  }

  callerGone(caller: string, turn: FragmentTurn): void {
    if (this.#owner?.caller === caller) this.#free(turn)
  }

  callers(): Iterable<string> {
    return this.#owner === undefined ? [] : [this.#owner.caller]
  }

  /** Nobody has it any more; fences go on, so that what it protects still refuses old ones. */
  destroy(call: FragmentCall): void {
    if (this.#owner !== undefined) this.#free(call)
  }

  sizes(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#owner === undefined ? 0 : 1, bytes: 0 }
  }

  close(): void {}

  #ownerAt(nowMs: number): Owner | undefined {
    const owner = this.#owner
    return owner !== undefined && owner.leaseEndMs > nowMs ? owner : undefined
  }

  #lock(call: FragmentCall): void {
    const { arguments: source, caller, nowMs, result } = call
    const holder = source.text()
    const callId = source.f64()
    const leaseEndMs = nowMs + source.f64()
    const waitMs = source.f64()
    const owner = this.#ownerAt(nowMs)
    const isOwn = owner?.caller === caller
    if (owner === undefined) {
      this.#fence += 1
      this.#owner = { caller, holder, leaseEndMs, calls: [callId] }
    } else if (isOwn && owner.calls.includes(callId)) {
      // It ran before, and its answer was lost.
    } else if (isOwn && holder !== '' && owner.holder === holder) {
      this.#owner = { caller, holder, leaseEndMs, calls: [...owner.calls, callId] }
    } else if (waitMs > 0 && call.turn !== 3) {
      call.park(FREE, waitMs)
      return
    } else {
      result.flag(false)
      return
    }
    this.#write(call.effects)
    result.flag(true)
    result.f64(this.#fence)
  }

  #unlock(call: FragmentCall): void {
    const fence = call.arguments.f64()
    const callId = call.arguments.f64()
    if (callId === this.#unlockCall) return
    const owner = this.#ownerAt(call.nowMs)
    if (owner?.caller !== call.caller || fence !== this.#fence) {
      const gone = `The lock ${this.#name} is not held with the fence ${fence}`
      throw new EngineError('GRD-033', `${gone}: it was given back, or lost`)
    }
    this.#unlockCall = callId
    if (owner.calls.length === 1) {
      this.#free(call)
      return
    }
    this.#owner = { ...owner, calls: owner.calls.slice(0, -1) }
    this.#write(call.effects)
  }

  #tellOwner({ nowMs, result }: FragmentCall): void {
    const owner = this.#ownerAt(nowMs)
    result.flag(owner !== undefined)
    if (owner === undefined) return
    result.text(owner.caller)
    result.text(owner.holder)
    result.u32(owner.calls.length)
    result.f64(this.#fence)
    result.f64(owner.leaseEndMs - nowMs)
  }

  #free(turn: FragmentTurn): void {
    this.#owner = undefined
    this.#write(turn.effects)
    this.#wake(FREE, 1)
  }

  #write(sink: ByteSink): void {
    const owner = this.#owner
    sink.f64(this.#fence)
    sink.f64(this.#unlockCall)
    sink.flag(owner !== undefined)
    if (owner === undefined) return
    sink.text(owner.caller)
    sink.text(owner.holder)
    sink.f64(owner.leaseEndMs)
    sink.u32(owner.calls.length)
    for (const callId of owner.calls) sink.f64(callId)
  }

  #read(source: ByteSource): void {
    this.#fence = source.f64()
    this.#unlockCall = source.f64()
    this.#owner = source.flag() ? readOwner(source) : undefined
  }
}

const readOwner = (source: ByteSource): Owner => {
  const caller = source.text()
  const holder = source.text()
  const leaseEndMs = source.f64()
  const calls: number[] = []
  for (let count = source.u32(); count > 0; count -= 1) calls.push(source.f64())
  return { caller, holder, leaseEndMs, calls }
}
