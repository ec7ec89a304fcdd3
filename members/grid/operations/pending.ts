import type { EngineError } from '../../../runtime/errors/index.ts'
import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { pieceOf } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import type { Held, Partition, Pending, Pendings } from '../replication/index.ts'
import { HEADS, OUTCOMES, writeRefusal } from './codec.ts'

export interface PendingsOptions {
  readonly clock: Clock
  /** Until when this member may acknowledge, on the monotonic clock. */
  readonly safeUntilMs: () => number
  readonly publish: (held: Held, events: readonly Uint8Array[]) => void
  /** Nothing of the partition waits for backups any more. */
  readonly onIdle: (partition: Partition) => void
}

/** How often it is looked whether this member may acknowledge again. */
const UNSAFE_LOOK_MS = 50
const NOTHING = pieceOf(new Uint8Array(0))
const REFUSED = HEADS[OUTCOMES.refused]!
const IN_DOUBT = HEADS[OUTCOMES.inDoubt]!
/** For those who have only seen the change: they can look again elsewhere. */
const NOT_RUN = HEADS[OUTCOMES.unsafe]!

const tellRefusal = ({ caller, id, followers }: Pending, error: EngineError): void => {
  const sink = new ByteSink()
  writeRefusal(sink, error)
  caller?.answer(id, REFUSED, pieceOf(sink.view()))
  for (const follower of followers ?? []) follower.caller?.answer(follower.id, NOT_RUN, NOTHING)
}

const tellDoubt = ({ caller, id, followers }: Pending): void => {
  caller?.answer(id, IN_DOUBT, NOTHING)
  for (const follower of followers ?? []) follower.caller?.answer(follower.id, NOT_RUN, NOTHING)
}

export const createPendings = (options: PendingsOptions): Pendings => {
  const { clock, safeUntilMs, publish, onIdle } = options
  let heldBack: Pending[] = []
  let timer: Timer | undefined

  const tell = ({ held, caller, id, head, body, events }: Pending): void => {
    caller?.answer(id, head, body)
    if (events !== undefined) publish(held, events)
  }
  const settle = (pending: Pending): boolean => {
    if (pending.isSettled) return false
    pending.isSettled = true
    const { held } = pending
    if (held.lastPending === pending) held.lastPending = undefined
    held.partition.pendingCount -= 1
    return true
  }
  const finish = (pending: Pending): void => {
    if (!settle(pending)) return
    const { held, followers } = pending
    tell(pending)
    if (followers !== undefined) for (const follower of followers) tell(follower)
    if (held.partition.pendingCount === 0) onIdle(held.partition)
  }
  const look = (): void => {
    timer = undefined
    if (clock.monotonic() >= safeUntilMs()) {
      timer = clock.timer(UNSAFE_LOOK_MS, look)
      return
    }
    const finished = heldBack
    heldBack = []
    for (const pending of finished) finish(pending)
  }
  const complete = (pending: Pending): void => {
    if (pending.isSettled) return
    if (heldBack.length === 0 && clock.monotonic() < safeUntilMs()) {
      finish(pending)
      return
    }
    heldBack.push(pending)
    timer ??= clock.timer(UNSAFE_LOOK_MS, look)
  }
  const abandon = (pending: Pending): void => {
    if (settle(pending)) tellDoubt(pending)
  }
  const refuse = (pending: Pending, error: EngineError): void => {
    if (!settle(pending)) return
    tellRefusal(pending, error)
    if (pending.held.partition.pendingCount === 0) onIdle(pending.held.partition)
  }
  return {
    refuse,
    lessen: (pending) => {
      pending.remaining -= 1
      if (pending.remaining === 0) complete(pending)
    },
    complete,
    abandon,
    abandonHeldBack: (isMeant) => {
      const meant = heldBack.filter(isMeant)
      heldBack = heldBack.filter((pending) => !isMeant(pending))
      for (const pending of meant) abandon(pending)
    },
    close: () => {
      timer?.cancel()
      timer = undefined
      heldBack = []
    },
  }
}
