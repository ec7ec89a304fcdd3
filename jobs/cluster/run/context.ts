import type { SlotDirectory } from '../../../members/slots/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { CheckpointStorage } from '../../coordinator/index.ts'
import type { TaskHosts } from '../../workers/index.ts'
import type { JobEvent } from '../answers.ts'
import type { JobBook } from '../book/jobBook.ts'
import type { Scheduler } from '../scheduler.ts'
import type { JobSettings } from '../settings.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** Where messages go: the log of this member, and that of each job. */
export interface JobLogs {
  readonly member: (level: Level, message: string) => void
  readonly job: (jobId: string, level: Level, message: string) => void
}

/** What all jobs share while this member is the master. */
export interface RunContext {
  readonly host: Host
  readonly settings: JobSettings
  readonly book: JobBook
  readonly storage: CheckpointStorage
  readonly hosts: TaskHosts
  readonly directory: SlotDirectory
  readonly scheduler: Scheduler
  /** The fencing number of this master. */
  readonly masterEpoch: number
  /** Whether this member still is that master, and may act as such. */
  readonly isCurrent: () => boolean
  readonly memberCount: () => number
  readonly logs: JobLogs
  /** Tells of what happens to jobs outside the cluster. */
  readonly report: (event: JobEvent) => void
}
