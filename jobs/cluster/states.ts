/** The states of a job, by SeaTunnel's names. */
export type JobStatus =
  | 'INITIALIZING'
  | 'CREATED'
  | 'PENDING'
  | 'SCHEDULED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'DOING_SAVEPOINT'
  | 'SAVEPOINT_DONE'
  | 'CANCELING'
  | 'CANCELED'
  | 'FINISHED'
  | 'UNKNOWABLE'

/** The states in which a job stays. */
export const END_STATUSES = [
  'FINISHED',
  'FAILED',
  'CANCELED',
  'SAVEPOINT_DONE',
  'UNKNOWABLE',
] as const satisfies readonly JobStatus[]

export type EndStatus = (typeof END_STATUSES)[number]

export const isEnd = (status: JobStatus): status is EndStatus =>
  (END_STATUSES as readonly JobStatus[]).includes(status)

/** The states of a pipeline, by SeaTunnel's names. */
export type PipelineStatus =
  | 'INITIALIZING'
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILING'
  | 'FAILED'
