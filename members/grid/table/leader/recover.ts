import { compareCopies, type KeptCopy } from '../recovery.ts'
import { LIFE_STRIDE, lifeOf, REPLICAS_MAX } from '../row.ts'
import { type Draft, NO_RECOVERY } from './state.ts'

/** Adds what a member has kept, and whom it expects. */
export const takeCopies = (
  draft: Draft,
  memberId: string,
  copies: readonly KeptCopy[],
  expected: readonly string[],
): void => {
  const { recovery, settings, nowMs } = draft
  if (copies.length === 0 && expected.length === 0) return
  const isFirst = recovery.untilMs === Infinity
  draft.recovery = {
    copies: new Map([...recovery.copies, [memberId, copies]]),
    expected: new Set([...recovery.expected, ...expected]),
    untilMs: isFirst ? nowMs + settings.recoveryTimeoutMs : recovery.untilMs,
  }
}

/**
 * Whether the cluster was stopped whole, and somebody who held data has not come yet. Who comes back
 * has another address at times: as many that kept something as held data are all of them, too.
 */
export const isRecovering = ({ rows, recovery, members, nowMs }: Draft): boolean => {
  const { copies, expected, untilMs } = recovery
  if (nowMs >= untilMs || rows.some((row) => row !== undefined)) return false
  if (members.filter(({ id }) => copies.has(id)).length >= expected.size) return false
  const present = new Set(members.map(({ address }) => address))
  return [...expected].some((address) => !present.has(address))
}

/**
 * Begins the next life with what the members have kept: each partition with the member that has the
 * best copy, then the others that have one. As all other rows these are then filled and balanced.
 */
const recover = (draft: Draft): void => {
  const present = new Set(draft.members.map(({ id }) => id))
  const found = [...draft.recovery.copies].flatMap(([memberId, copies]) =>
    present.has(memberId) ? copies.map((copy) => ({ memberId, copy })) : [],
  )
  found.sort((left, right) => compareCopies(left.copy, right.copy))
  for (const { copy } of found) draft.life = Math.max(draft.life, lifeOf(copy.version) + 1)
  for (const { memberId, copy } of found) {
    const replicas = draft.rows[copy.partition]?.replicas ?? []
    if (replicas.length === Math.min(draft.replicasWanted, REPLICAS_MAX)) continue
    const version = draft.life * LIFE_STRIDE
    if (replicas.length === 0) draft.whole[copy.partition] = [memberId]
    draft.rows[copy.partition] = { version, replicas: [...replicas, memberId], next: undefined }
  }
}

/** Finds out in which life the cluster is; where nobody knows of one, what was kept begins one. */
export const beginLife = (draft: Draft): void => {
  const versions = draft.rows.flatMap((row) => row?.version ?? [])
  if (versions.length === 0) recover(draft)
  else draft.life = lifeOf(Math.max(...versions))
  draft.recovery = NO_RECOVERY
}
