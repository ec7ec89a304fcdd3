import { holdersOf, type PartitionRow, sameIds } from '../row.ts'
import { migrate } from './migrations.ts'
import { replan } from './plan.ts'
import { beginLife, isRecovering, takeCopies } from './recover.ts'
import {
  createLeader,
  type Draft,
  isSettled,
  type LeaderEvent,
  type LeaderState,
  type LeaderStep,
  type PartitionVersion,
  PUBLISH_INTERVAL_MS,
  UNSAFE_RETRY_MS,
} from './state.ts'

type Of<Kind extends LeaderEvent['kind']> = Extract<LeaderEvent, { readonly kind: Kind }>

const idsOf = (members: readonly { readonly id: string }[]): string[] => members.map(({ id }) => id)

/** Forgets all and asks the members for their rows: also in a new epoch of the same master. */
const takeOver = (draft: Draft, event: Of<'view'>): void => {
  const { settings, replicasWanted } = draft
  const awaited = idsOf(event.members)
  Object.assign(draft, createLeader(settings), {
    phase: 'fetching',
    replicasWanted,
    awaited: new Set(awaited),
  } satisfies Partial<LeaderState>)
  draft.effects.push({ kind: 'fetch', memberIds: awaited, epoch: event.epoch })
}

/** Who has come since the members were asked is asked too; who has gone is not waited for. */
const onMembersWhileFetching = (draft: Draft, event: Of<'view'>): void => {
  const ids = idsOf(event.members)
  const before = new Set(idsOf(draft.members))
  const added = ids.filter((id) => !before.has(id))
  draft.awaited = new Set([...draft.awaited, ...added].filter((id) => ids.includes(id)))
  if (added.length > 0) draft.effects.push({ kind: 'fetch', memberIds: added, epoch: event.epoch })
}

const onView = (draft: Draft, event: Of<'view'>): void => {
  const { selfId, isMaster, epoch, viewVersion, members } = event
  if (!isMaster) {
    Object.assign(draft, createLeader(draft.settings), { replicasWanted: draft.replicasWanted })
    return
  }
  if (draft.phase === 'following' || draft.epoch !== epoch || draft.selfId !== selfId) {
    takeOver(draft, event)
  } else if (draft.phase === 'fetching') onMembersWhileFetching(draft, event)
  else if (!sameIds(idsOf(members), idsOf(draft.members))) draft.isPlanDue = true
  draft.leaving = new Set([...draft.leaving].filter((id) => idsOf(members).includes(id)))
  Object.assign(draft, { selfId, epoch, viewVersion, members })
}

const takeNewest = (draft: Draft, partition: number, row: PartitionRow): void => {
  const known = draft.rows[partition]
  if (known !== undefined && known.version >= row.version) return
  draft.rows[partition] = row
  const length = Math.max(row.replicas.length, row.next?.length ?? 0)
  draft.replicasWanted = Math.max(draft.replicasWanted, length)
}

const onFetched = (draft: Draft, event: Of<'fetched'>): void => {
  const { memberId, epoch, rows, whole, copies, expected } = event
  if (draft.phase !== 'fetching' || draft.epoch !== epoch || !draft.awaited.has(memberId)) return
  for (const [partition, row] of rows) takeNewest(draft, partition, row)
  for (const partition of whole) {
    draft.whole[partition] = [...draft.whole[partition]!, memberId]
  }
  takeCopies(draft, memberId, copies, expected)
  draft.awaited = new Set([...draft.awaited].filter((id) => id !== memberId))
}

const onReports = (draft: Draft, event: Of<'reports'>): void => {
  if (event.replicas > draft.replicasWanted) {
    draft.replicasWanted = event.replicas
    draft.isPlanDue = true
  }
  if (draft.phase !== 'leading') return
  const isOurs = ([partition, version]: PartitionVersion): boolean => {
    const row = draft.rows[partition]
    return row?.version === version && row.replicas[0] === event.memberId
  }
  for (const [partition, version] of event.inSync.filter(isOurs)) {
    draft.syncedVersions[partition] = version
    draft.whole[partition] = holdersOf(draft.rows[partition]!, Infinity)
  }
  for (const [partition] of event.frozen.filter(isOurs)) {
    if (draft.handovers.has(partition)) draft.handovers.set(partition, 'frozen')
  }
}

const onLeave = (draft: Draft, { memberId }: Of<'leave'>): void => {
  const isKnown = draft.members.some(({ id }) => id === memberId)
  if (!isKnown || draft.leaving.has(memberId)) return
  draft.leaving = new Set([...draft.leaving, memberId])
  draft.isPlanDue = true
}

const receive = (draft: Draft, event: LeaderEvent): void => {
  switch (event.kind) {
    case 'view':
      onView(draft, event)
      return
    case 'time':
      return
    case 'fetched':
      onFetched(draft, event)
      return
    case 'reports':
      onReports(draft, event)
      return
    case 'leave':
      onLeave(draft, event)
      return
    case 'reset':
      Object.assign(draft, createLeader(draft.settings))
      return
    default:
      event satisfies never
  }
}

/** Makes all rows that are due. */
const lead = (draft: Draft): void => {
  const isTakingOver = draft.phase === 'fetching'
  if (isTakingOver) {
    if (draft.awaited.size > 0 || isRecovering(draft)) return
    beginLife(draft)
    draft.phase = 'leading'
    draft.publishAtMs = draft.nowMs + PUBLISH_INTERVAL_MS
  }
  if (draft.isPlanDue || isTakingOver) replan(draft, isTakingOver)
  migrate(draft)
}

/** Tells what has changed, all now and then, and at least when there is nothing left to do. */
const publish = (draft: Draft): void => {
  const { changed, first, nowMs, viewVersion, rows } = draft
  const isWholeDue = nowMs >= draft.publishAtMs
  if (isWholeDue) draft.publishAtMs = nowMs + PUBLISH_INTERVAL_MS
  const told = { isSettled: isSettled(draft), viewVersion }
  const isNews = told.isSettled !== draft.told.isSettled || viewVersion !== draft.told.viewVersion
  draft.told = told
  if (!isWholeDue && !isNews && changed.size === 0) return
  const partitions = isWholeDue ? [...rows.keys()] : [...changed]
  // What is published comes before what is asked for.
  draft.effects.unshift({ kind: 'publish', partitions, first })
}

const draftOf = (state: LeaderState, nowMs: number): Draft => ({
  ...state,
  rows: [...state.rows],
  syncedVersions: [...state.syncedVersions],
  whole: [...state.whole],
  targets: [...state.targets],
  handovers: new Map(state.handovers),
  nowMs,
  changed: new Set(),
  first: [],
  effects: [],
})

const stateOf = (draft: Draft): LeaderState => {
  const { nowMs: _nowMs, changed: _changed, first: _first, effects: _effects, ...state } = draft
  return state
}

/**
 * One step of the table: what happened, and what the active master makes of it. Pure: the time and
 * whether this master may make rows come with the event. Any other member makes nothing.
 */
export const step = (state: LeaderState, event: LeaderEvent): LeaderStep => {
  const draft = draftOf(state, event.nowMs)
  receive(draft, event)
  if (draft.phase !== 'following' && event.isSafe) lead(draft)
  if (draft.phase === 'leading') publish(draft)
  const retryAtMs = draft.phase !== 'following' && !event.isSafe ? UNSAFE_RETRY_MS : Infinity
  const { publishAtMs, recovery } = draft
  const recoveryMs = recovery.untilMs > event.nowMs ? recovery.untilMs : Infinity
  draft.wakeAtMs = Math.min(publishAtMs, recoveryMs, event.nowMs + retryAtMs)
  return { state: stateOf(draft), effects: draft.effects }
}
