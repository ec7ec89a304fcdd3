import { arrayOf, objectOf, type Content, type Endpoint } from '../../members/http/index.ts'

type Query = NonNullable<Endpoint['query']>
type Parameter = Query[string]

const text = (given: string): Parameter => ({ type: 'string', text: given })
const flag = (given: string): Parameter => ({ type: 'boolean', text: given })
const integer = (given: string): Parameter => ({ type: 'integer', text: given })

const anyOf = (given: string): Content => ({ media: ['*/*'], text: given })
const anyJson = (given: string): Content => ({ media: ['application/json'], text: given })
const HTML: Content = { media: ['text/html'], text: 'A page' }
const TEXT: Content = { media: ['text/plain'], text: 'Text' }
const LINKS: Content = {
  media: ['text/html', 'application/json'],
  text: '[{ node, logLink, logName }]',
}

const SUBMIT_QUERY: Query = {
  jobId: text('The id of the job; a new one unless given. Twice the same id is one job.'),
  jobName: text('Wins over the name in the job.'),
  isStartWithSavePoint: flag('true: go on from the savepoint or last checkpoint of jobId.'),
  restoreMode: text('CHECKPOINT: go on from the last checkpoint of restoreSourceJobId.'),
  restoreSourceJobId: text('The job whose checkpoint is meant.'),
  allowOrphanedState: flag('true: drop restored state that no operator takes.'),
}
const PAGE_QUERY: Query = {
  page: integer('From 1; the answer is then { total, data }.'),
  rows: integer('Rows of a page, 10 unless given.'),
}

/** Served in both versions of the interface. */
export const BOTH_VERSIONS: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/submit-job',
    summary: 'Takes a job',
    query: {
      ...SUBMIT_QUERY,
      format: text('json (default), hocon, sql, yaml, js or ts: what the body is.'),
    },
    body: anyOf('The job'),
    answer: objectOf('{ jobId, jobName }'),
  },
  {
    method: 'post',
    path: '/submit-job/upload',
    summary: 'Takes a job as a file: the part config_file of a form, or the body as it is',
    query: {
      ...SUBMIT_QUERY,
      fileName: text('Of a body that is no form: tells the format.'),
      format: text('As of /submit-job, of a body that is no form and has no name.'),
    },
    body: {
      media: ['multipart/form-data', '*/*'],
      text: 'A file .conf, .config, .json, .yaml, .sql, .js or .ts',
    },
    answer: objectOf('{ jobId, jobName }'),
  },
  {
    method: 'post',
    path: '/submit-jobs',
    summary: 'Takes several jobs',
    body: arrayOf('[{ params: { jobId, jobName, … }, env, source, transform, sink }]'),
    answer: arrayOf('[{ jobId, jobName }]'),
  },
  {
    method: 'post',
    path: '/stop-job',
    summary: 'Stops a job',
    body: objectOf('{ jobId, isStopWithSavePoint, force }'),
    answer: objectOf('{ jobId }'),
  },
  {
    method: 'post',
    path: '/stop-jobs',
    summary: 'Stops several jobs',
    body: arrayOf('[{ jobId, isStopWithSavePoint, force }]'),
    answer: arrayOf('[{ jobId }]'),
  },
  {
    method: 'post',
    path: '/savepoint-job',
    summary: 'Saves a job, which goes on',
    body: objectOf('{ jobId }'),
    answer: objectOf('{ jobId }'),
  },
  {
    method: 'get',
    path: '/overview',
    summary: 'Counts of slots, workers and jobs',
    filtersByTag: true,
    answer: objectOf('Counts as texts'),
  },
  {
    method: 'get',
    path: '/running-jobs',
    summary: 'Jobs that have not ended',
    query: PAGE_QUERY,
    answer: anyJson('[job]; with a page { total, data }'),
  },
  {
    method: 'get',
    path: '/running-jobs/summary',
    summary: 'Counts of jobs by state',
    answer: objectOf('Counts as texts'),
  },
  {
    method: 'get',
    path: '/job-info',
    summary: 'Always refused: the id of the job is missing',
    answer: undefined,
    refusals: [400, 401],
  },
  {
    method: 'get',
    path: '/running-job',
    summary: 'As /job-info',
    answer: undefined,
    refusals: [400, 401],
  },
  {
    method: 'get',
    path: '/job-info/{jobId}',
    summary: 'A job; only its id where it is not known',
    answer: objectOf('job'),
  },
  {
    method: 'get',
    path: '/running-job/{jobId}',
    summary: 'As /job-info/{jobId}',
    answer: objectOf('job'),
  },
  {
    method: 'get',
    path: '/job-info/{jobId}/failures',
    summary: 'Each time that a pipeline of the job failed',
    answer: arrayOf('[failure]'),
  },
  {
    method: 'get',
    path: '/job-info/{jobId}/events',
    summary: 'What happened to the job, the newest first',
    answer: arrayOf('[event]'),
  },
  {
    method: 'get',
    path: '/finished-jobs',
    summary: 'Jobs that have ended, the newest first',
    query: PAGE_QUERY,
    answer: anyJson('[job]; with a page { total, data }'),
  },
  {
    method: 'get',
    path: '/finished-jobs/{state}',
    summary: 'Those that ended as FINISHED, CANCELED, FAILED, SAVEPOINT_DONE or UNKNOWABLE',
    query: PAGE_QUERY,
    answer: anyJson('[job]; with a page { total, data }'),
  },
  {
    method: 'get',
    path: '/pending-jobs',
    summary: 'Jobs that wait for slots, and what they lack',
    query: {
      jobId: text('Only this job.'),
      limit: integer('At most so many.'),
      pretty: flag('true: with line breaks.'),
    },
    filtersByTag: true,
    answer: objectOf('{ queueSummary, clusterSnapshot, pendingJobs }'),
  },
  {
    method: 'get',
    path: '/jobs/checkpoints/{jobId}',
    summary: 'Checkpoints of a job by pipeline',
    answer: objectOf('{ jobId, updatedAt, pipelines }'),
  },
  {
    method: 'get',
    path: '/jobs/checkpoints/history/{jobId}',
    summary: 'The last checkpoints of a job',
    query: {
      pipelineId: integer('Of this pipeline.'),
      limit: integer('20 unless given.'),
      status: text('COMPLETED, FAILED or IN_PROGRESS.'),
    },
    answer: arrayOf('[checkpoint]'),
  },
  {
    method: 'get',
    path: '/resource/workers',
    summary: 'Workers with their slots',
    answer: arrayOf('[worker]'),
  },
  {
    method: 'get',
    path: '/system-monitoring-information',
    summary: 'The state of every member',
    answer: arrayOf('[{ host, port, isMaster, … }], all texts'),
  },
  {
    method: 'post',
    path: '/encrypt-config',
    summary: 'Hides the values of sensitive options',
    body: objectOf('A job in JSON'),
    answer: objectOf('The job'),
  },
  {
    method: 'post',
    path: '/update-tags',
    summary: 'Replaces the tags of this member',
    body: objectOf('{ tag: value }; {} removes all'),
    answer: objectOf('{ status, message }'),
  },
  {
    method: 'get',
    path: '/option-rules',
    summary: 'The options of a plugin, or the names of all',
    query: { type: text('source, transform or sink.'), plugin: text('Its name.') },
    answer: anyJson('[name]; with a plugin { plugin, type, description, options }'),
  },
  {
    method: 'get',
    path: '/logs',
    summary: 'Log files of all members',
    query: { format: text('json, or html (default).') },
    answer: LINKS,
  },
  {
    method: 'get',
    path: '/logs/{jobIdOrFile}',
    summary: 'Log files of a job, or the text of a file of this member',
    query: { format: text('json, or html (default).') },
    answer: { ...LINKS, media: [...LINKS.media, 'text/plain'] },
  },
  { method: 'get', path: '/log', summary: 'Log files of this member, as a page', answer: HTML },
  { method: 'get', path: '/log/{file}', summary: 'A log file of this member', answer: TEXT },
  {
    method: 'get',
    path: '/get-all-log-name',
    summary: 'The names of the log files of this member',
    answer: arrayOf('[name]'),
  },
  {
    method: 'get',
    path: '/thread-dump',
    summary: 'The threads of this member: its own, and its isolates',
    answer: arrayOf('[{ threadName, threadId, threadState, stackTrace }]'),
  },
  {
    method: 'get',
    path: '/running-threads',
    summary: 'The same by name',
    answer: arrayOf('[{ threadName, classLoader }]'),
  },
]

/** Served beside the second version, and under the name of Hazelcast's instance. */
export const METRICS: readonly Endpoint[] = [
  { method: 'get', path: '/metrics', summary: 'Metrics for Prometheus', answer: TEXT },
  {
    method: 'get',
    path: '/openmetrics',
    summary: 'Metrics as OpenMetrics',
    answer: { media: ['application/openmetrics-text'], text: 'Metrics' },
  },
]

/** Served once. */
export const OWN: readonly Endpoint[] = [
  { method: 'get', path: '/', summary: 'The cluster and its jobs as a page', answer: HTML },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    answer: objectOf('OpenAPI 3.1'),
  },
]
