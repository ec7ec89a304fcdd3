import type { MapSettings } from '../../settings.ts'
import type { RecordStore } from '../../store/index.ts'
import type { FragmentContext } from '../structure.ts'
import type { MapCounters } from './counters.ts'
import type { FragmentIndexes } from './fragmentIndexes.ts'
import type { Journal } from './journal.ts'
import type { KeyLocks } from './locks.ts'
import type { MapMemory, MemoryNote } from './memory.ts'
import type { Outside } from './outside.ts'
import type { MapSurroundings } from './surroundings.ts'

/** All that a map has in one partition. */
export interface MapState {
  readonly context: FragmentContext
  readonly settings: MapSettings
  readonly surroundings: MapSurroundings
  readonly store: RecordStore
  readonly locks: KeyLocks
  readonly indexes: FragmentIndexes
  /** Undefined where the map has none. */
  readonly journal: Journal | undefined
  readonly memory: MapMemory
  /** Tells the memory of this partition to the sum, where that is limited. */
  readonly memoryNote: MemoryNote | undefined
  readonly counters: MapCounters
  /** Its part in the store outside the cluster; undefined where the map has none. */
  readonly outside: Outside | undefined
  /** Some entry may have, or have had, an end of its life. */
  mayExpire: boolean
  /** Reads are to be remembered also of entries that do not idle out. */
  readonly countsReads: boolean
  /** Tells this state from one on another member or after a loss; never replicated. */
  readonly invalidationId: number
  /** How often an entry was changed here: near caches see by it what they have missed. */
  invalidations: number
  /** The hash of the key that was looked up last. */
  hash: number
}
