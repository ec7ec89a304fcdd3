import type { GridSettings } from '../../settings.ts'
import type { RecordArena } from '../../store/index.ts'
import type { SharedStore } from '../../mapstores/index.ts'
import type { MergeFunctions } from '../mergePolicies.ts'
import type { EntryProcessors } from './processors.ts'

/** What the maps of a member share with it. */
export interface MapSurroundings {
  readonly settings: GridSettings
  /** The memory of all records of this member. */
  readonly arena: RecordArena
  /** The store outside the cluster that a map has. */
  storeOf?(name: string): SharedStore | undefined
  readonly processors: EntryProcessors
  readonly mergeFunctions?: MergeFunctions
  /** What the process may take: limits in percent are of it. */
  readonly memoryLimitBytes: number
  /** Members that hold data now: a limit of entries for a member is divided among its partitions. */
  dataMemberCount(): number
}
