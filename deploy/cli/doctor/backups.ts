import {
  DEFAULT_MAP,
  type GridSettings,
  recommendedBackupCount,
  settingsOf,
} from '../../../members/grid/index.ts'
import type { MemberSettings } from '../../../members/settings.ts'
import { type Check, ill, well } from './check.ts'

const NAME = 'backups'
/** A map of the engine, as any other of them. */
const ENGINE_MAP = 'engine_runningJobInfo'

/** How many members hold data: as configured, else as many as the list of members has at most. */
const mastersOf = ({ splitBrainProtection, join }: MemberSettings): number => {
  if (splitBrainProtection.masters > 0) return splitBrainProtection.masters
  const { enabled, members } = join.tcpIp
  if (!enabled) return 0
  return new Set(members.flatMap((line) => line.split(/[,;\s]+/)).filter((each) => each !== ''))
    .size
}

/** Is the backup-count right for so many masters? */
export const backupsCheck =
  (member: MemberSettings, grid: GridSettings): Check =>
  async () => {
    const { backupCount } = settingsOf(grid.maps, ENGINE_MAP, DEFAULT_MAP)
    const masters = mastersOf(member)
    if (masters === 0) {
      const told = `backup-count is ${backupCount}; how many masters there are is not configured.`
      return [well(NAME, told)]
    }
    const recommended = recommendedBackupCount(masters)
    const found = `backup-count is ${backupCount}, for up to ${masters} members with data.`
    // More than that is a choice: where members are missing there are as many copies as can be.
    if (backupCount >= recommended) return [well(NAME, found)]
    const mend =
      `Set seatunnel.engine.backup-count to ${recommended}: ` +
      'so many may be lost at once without losing state.'
    return [ill(NAME, 'warn', found, mend)]
  }
