import { assign, groupMembers } from '../assignment/index.ts'
import { EPOCH_STRIDE, LIFE_STRIDE, type PartitionRow, REPLICAS_MAX, sameIds } from '../row.ts'
import type { Draft } from './state.ts'

/** What has fewer copies than `lostBelow` is lost with this version. */
const lostSince = (
  before: readonly number[] | undefined,
  version: number,
  lostBelow: number,
): readonly number[] | undefined => {
  if (lostBelow === 0) return before
  const kept = before?.slice(lostBelow) ?? []
  return [...Array.from({ length: lostBelow }, () => version), ...kept]
}

/** Makes a new version of a row; what was known of the old one no longer counts. */
export const setRow = (
  draft: Draft,
  partition: number,
  row: Pick<PartitionRow, 'replicas' | 'next'> & { readonly lostBelow?: number },
): void => {
  const { life, epoch, rows } = draft
  const first = life * LIFE_STRIDE + epoch * EPOCH_STRIDE
  const version = Math.max((rows[partition]?.version ?? 0) + 1, first)
  const { replicas, next, lostBelow = 0 } = row
  const lostVersions = lostSince(rows[partition]?.lostVersions, version, lostBelow)
  draft.rows[partition] = { version, replicas, next, lostVersions }
  draft.handovers.delete(partition)
  draft.changed.add(partition)
}

interface Scene {
  /** Data members of the view. */
  readonly present: ReadonlySet<string>
  readonly groupOf: ReadonlyMap<string, number>
  /** Replicas that a row is to have. */
  readonly depth: number
  /** All rows get new versions, also those that stay as they are. */
  readonly isStamping: boolean
}

const groupNumbers = (groups: readonly (readonly string[])[]): Map<string, number> =>
  new Map(groups.flatMap((group, at) => group.map((id) => [id, at] as const)))

/** Further members at the end, up to the wanted number: nothing has to move for that. */
const filled = (
  replicas: readonly string[],
  target: readonly string[],
  { groupOf, depth }: Scene,
): readonly string[] => {
  const result = [...replicas]
  const used = new Set(result.map((id) => groupOf.get(id)))
  for (const id of target) {
    if (result.length >= depth) break
    if (result.includes(id) || used.has(groupOf.get(id))) continue
    result.push(id)
    used.add(groupOf.get(id))
  }
  return result
}

/** Who holds a row or is about to, in the order in which it should stay. */
const holdersFirst = (
  row: PartitionRow | undefined,
  staying: ReadonlySet<string>,
): readonly string[] => {
  if (row === undefined) return []
  const { replicas, next = [] } = row
  const isUnderWay = next.every((id) => staying.has(id))
  return isUnderWay ? [...next, ...replicas] : [...replicas, ...next]
}

/** What a row is to be when all members leave, so that nobody can take over. */
const unmoved = (
  row: PartitionRow | undefined,
  present: ReadonlySet<string>,
): readonly string[] => {
  const alive = row?.replicas.filter((id) => present.has(id)) ?? []
  return alive.length > 0 ? alive : [...present].slice(0, 1)
}

/** Strikes who is gone from a row and fills it up. */
const repair = (draft: Draft, partition: number, target: readonly string[], scene: Scene): void => {
  const row = draft.rows[partition]
  const { present, isStamping } = scene
  const nextAlive = row?.next?.filter((id) => present.has(id)) ?? []
  const alive = row?.replicas.filter((id) => present.has(id)) ?? []
  // Who was to take over may hold everything, or a part, which is better than nothing.
  const heirs = alive.length > 0 ? alive : nextAlive
  const replicas = heirs.length > 0 ? filled(heirs, target, scene) : target
  const isKept = row?.next !== undefined && sameIds(row.next, target) && !sameIds(replicas, target)
  const next = isKept ? row.next : undefined
  const isSame = sameIds(row?.replicas, replicas) && sameIds(row?.next, next)
  if (isSame && !isStamping) return
  const isInherited =
    alive.length === 0 && nextAlive.length > 0 && draft.syncedVersions[partition] === row?.version
  const [before, heir] = isInherited ? [row?.next, nextAlive[0]] : [row?.replicas, alive[0]]
  const whole = heirs.filter((id) => draft.whole[partition]!.includes(id))
  // Who was only about to get a copy of those who are gone has a part, if anything.
  const isLost = heir === undefined || !whole.includes(heir)
  const lostBelow = isLost ? REPLICAS_MAX : before!.indexOf(heir)
  setRow(draft, partition, { replicas, next, lostBelow: row === undefined ? 0 : lostBelow })
  // From then on what the primary has is all there is.
  if (row === undefined) draft.whole[partition] = replicas
  else draft.whole[partition] = isLost ? replicas.slice(0, 1) : whole
}

/**
 * Finds out what every row should be; strikes who is gone, fills up what is short, makes rows where
 * there are none. `isStamping`: all rows get new versions, as a new master gives them.
 */
export const replan = (draft: Draft, isStamping: boolean): void => {
  draft.isPlanDue = false
  const { members, leaving, settings } = draft
  const staying = members.filter(({ id }) => !leaving.has(id))
  const groups = groupMembers(staying, settings.grouping)
  const depth = Math.min(draft.replicasWanted, REPLICAS_MAX, groups.length)
  const scene: Scene = {
    present: new Set(members.map(({ id }) => id)),
    groupOf: groupNumbers(groupMembers(members, settings.grouping)),
    depth,
    isStamping,
  }
  const stayingIds = new Set(staying.map(({ id }) => id))
  const targets =
    staying.length > 0
      ? assign(
          draft.rows.map((row) => holdersFirst(row, stayingIds)),
          groups,
          depth,
        )
      : draft.rows.map((row) => unmoved(row, scene.present))
  for (const [partition, target] of targets.entries()) {
    repair(draft, partition, target, scene)
    const row = draft.rows[partition]!
    const isThere = row.next === undefined && sameIds(row.replicas, target)
    draft.targets[partition] = isThere ? undefined : target
  }
}
