import { createCounter } from '../counter.ts'
import { DEFAULT_BACKUPS, settingsOf, type BackupSettings, type ByName } from '../../settings.ts'
import type { Structure } from '../structure.ts'

export const FLAKE_ID_SERVICE = 28

/** Generators of ids: the grid keeps how many node ids each has given away. */
export const createFlakeIdGenerators = (settings: ByName<BackupSettings>): Structure => ({
  serviceId: FLAKE_ID_SERVICE,
  name: 'flakeid',
  createFragment: ({ name }) => createCounter(settingsOf(settings, name, DEFAULT_BACKUPS), 'size'),
  matches: () => false,
})
