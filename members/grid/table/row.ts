/**
 * Where one partition is. Rows are made by the active master only; of two rows of a partition the
 * one with the higher version holds, whoever tells it.
 */
export interface PartitionRow {
  /**
   * Never given twice to different rows: a master starts at its epoch times EPOCH_STRIDE, in the life
   * of the cluster times LIFE_STRIDE.
   */
  readonly version: number
  /** Ids of members; the first is the primary, the others are its backups in order. */
  readonly replicas: readonly string[]
  /** What `replicas` is to become once all of these hold everything. */
  readonly next: readonly string[] | undefined
  /**
   * What was lost, by the count of its copies beside the first: the version in which none of its
   * holders was left, so that what was held before is lost. Up to the highest count that ever lost.
   */
  readonly lostVersions?: readonly number[] | undefined
}

/** More changes of one partition than any master makes. */
export const EPOCH_STRIDE = 2 ** 24

/**
 * More than all epochs of a cluster between two stops of all its members. After such a stop epochs
 * begin anew, but versions go on with the next multiple: what is kept on disks is always older.
 */
export const LIFE_STRIDE = 2 ** 40

/** What the versions of a life begin with: the cluster has come back from a stop so often. */
export const lifeOf = (version: number): number => Math.floor(version / LIFE_STRIDE)
/** The primary and six backups. */
export const REPLICAS_MAX = 7

/** Whether in this very version all that the partition held is lost. */
export const isLostIn = ({ version, lostVersions }: PartitionRow): boolean =>
  lostVersions?.[REPLICAS_MAX - 1] === version

/** The version since which what has so many copies is all there; 0 where nothing was ever lost. */
export const lostVersionOf = ({ lostVersions }: PartitionRow, copies: number): number =>
  lostVersions?.[copies] ?? 0

export const primaryOf = (row: PartitionRow): string | undefined => row.replicas[0]

/**
 * Who holds what has `copies` backups: the primary and the first so many others, of now and of the
 * future. Each id once, the primary first.
 */
export const holdersOf = (row: PartitionRow, copies: number): string[] => {
  const holders = row.replicas.slice(0, copies + 1)
  for (const id of row.next?.slice(0, copies + 1) ?? []) if (!holders.includes(id)) holders.push(id)
  return holders
}

export const sameIds = (
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): boolean =>
  left === right ||
  (left !== undefined &&
    right !== undefined &&
    left.length === right.length &&
    left.every((id, at) => id === right[at]))
