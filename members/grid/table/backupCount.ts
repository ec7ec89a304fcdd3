const BACKUPS_MIN = 1
const BACKUPS_MAX = 5

/**
 * The backup-count to recommend for so many members that hold data: half of them, at least 1 and at
 * most 5, and never more than there are other members. SeaTunnel's documentation says
 * `min(1, max(5, N/2))`, which is 1 whatever N is; max(1, min(5, N/2)) is obviously what it means.
 */
export const recommendedBackupCount = (dataMembers: number): number => {
  const half = Math.max(BACKUPS_MIN, Math.min(BACKUPS_MAX, Math.floor(dataMembers / 2)))
  return Math.max(0, Math.min(half, dataMembers - 1))
}
