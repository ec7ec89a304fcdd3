import type { Clock, Timer } from '../../../runtime/host/index.ts'
import type { Held, Partition, Registry, Replicator } from '../replication/index.ts'
import type { Primary } from './primary.ts'

/** What the fragments of this member's partitions do without being called. */
export interface Upkeep {
  /** A member or client is gone for good: what it held is released. */
  callerGone(caller: string): void
  /** This member serves the partition from now on: who has gone before may still hold something. */
  promoted(partition: Partition): void
  close(): void
}

export interface UpkeepOptions {
  readonly clock: Clock
  readonly registry: Registry
  readonly primary: Primary
  readonly replicator: () => Replicator
  /** Told now and then who holds something: whether they are still there is not known here. */
  readonly onHolder: (caller: string) => void
}

/** How often every fragment gets a turn. */
const ROUND_MS = 1000
/** The turns of a round are taken some at a time, so that calls come in between. */
const SLICE_MS = 1
const BETWEEN_SLICES_MS = 5
/** Every so many rounds fragments that hold nothing are given up, and holders are looked at. */
const ROUNDS_UNTIL_SWEEP = 30
/** The last so many callers that have gone are remembered, for partitions that come here later. */
const GONE_MAX = 1000

const serves = ({ isPrimary, frozenVersion }: Partition): boolean =>
  isPrimary && frozenVersion === undefined

/** Gives up the fragments that hold nothing and that nobody waits for. */
const sweep = ({ registry, primary, replicator }: UpkeepOptions): void => {
  const isUnused = (held: Held): boolean =>
    held.fragment.isEmpty() && held.lastPending === undefined && !primary.parking.isAwaited(held)
  for (const partition of registry.partitions) {
    if (!serves(partition) || !partition.isInSync) continue
    for (const held of partition.held.values()) if (isUnused(held)) replicator().forget(held)
  }
}

/** Tells who holds something in the partitions of this member, each once. */
const tellHolders = ({ registry, onHolder }: UpkeepOptions): void => {
  const callers = new Set<string>()
  for (const partition of registry.partitions) {
    if (!serves(partition)) continue
    for (const { fragment } of partition.held.values()) {
      for (const caller of fragment.callers?.() ?? []) callers.add(caller)
    }
  }
  for (const caller of callers) onHolder(caller)
}

export const createUpkeep = (options: UpkeepOptions): Upkeep => {
  const { clock, registry, primary } = options
  const gone = new Set<string>()
  let round: Held[] = []
  let rounds = 0
  let timer: Timer | undefined

  const release = (held: Held, caller: string): void => {
    if (held.fragment.callerGone === undefined) return
    primary.turn(held, (call) => held.fragment.callerGone?.(caller, call))
  }
  const collect = (): void => {
    rounds += 1
    if (rounds % ROUNDS_UNTIL_SWEEP === 0) {
      sweep(options)
      tellHolders(options)
    }
    for (const partition of registry.partitions) {
      if (!serves(partition)) continue
      for (const held of partition.held.values()) {
        if (held.fragment.tick !== undefined) round.push(held)
      }
    }
  }
  const isCurrent = (held: Held): boolean =>
    serves(held.partition) && held.named.held[held.partition.id] === held
  const slice = (): void => {
    if (round.length === 0) collect()
    const endMs = clock.monotonic() + SLICE_MS
    for (let held = round.pop(); held !== undefined; held = round.pop()) {
      const { fragment } = held
      if (isCurrent(held)) primary.turn(held, (call) => fragment.tick?.(call))
      if (clock.monotonic() >= endMs) break
    }
    timer = clock.timer(round.length === 0 ? ROUND_MS : BETWEEN_SLICES_MS, slice)
  }
  timer = clock.timer(ROUND_MS, slice)
  return {
    callerGone: (caller) => {
      gone.delete(caller)
      gone.add(caller)
      if (gone.size > GONE_MAX)
        for (const oldest of gone) {
          gone.delete(oldest)
          break
        }
      for (const partition of registry.partitions) {
        if (!serves(partition)) continue
        for (const held of partition.held.values()) release(held, caller)
      }
    },
    promoted: (partition) => {
      for (const held of partition.held.values()) {
        if (held.fragment.callerGone === undefined) continue
        for (const caller of gone) release(held, caller)
      }
    },
    close: () => {
      timer?.cancel()
      timer = undefined
      round = []
    },
  }
}
