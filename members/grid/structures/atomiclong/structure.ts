import { COUNTER_OPERATIONS, createCounter } from '../counter.ts'
import { DEFAULT_BACKUPS, settingsOf, type BackupSettings, type ByName } from '../../settings.ts'
import type { Structure } from '../structure.ts'

export const ATOMIC_LONG_SERVICE = 9

/** Counters: each lives in the partition of its name. */
export const createAtomicLongs = (settings: ByName<BackupSettings>): Structure => ({
  serviceId: ATOMIC_LONG_SERVICE,
  name: 'atomiclong',
  onlyReads: (operation) => operation === COUNTER_OPERATIONS.GET,
  createFragment: ({ name }) => createCounter(settingsOf(settings, name, DEFAULT_BACKUPS)),
  matches: () => false,
})
