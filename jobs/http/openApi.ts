/** One endpoint, in the words of the document. */
interface Endpoint {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly summary: string
  /** Parameters of the query by name. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly answer: string
}

const SUBMIT_QUERY = {
  jobId: 'The id of the job; a new one unless given. Twice the same id is one job.',
  jobName: 'Wins over the name in the job.',
  isStartWithSavePoint: 'true: go on from the savepoint or last checkpoint of jobId.',
  restoreMode: 'CHECKPOINT: go on from the last checkpoint of restoreSourceJobId.',
  restoreSourceJobId: 'The job whose checkpoint is meant.',
  allowOrphanedState: 'true: drop restored state that no operator takes.',
}
const PAGE_QUERY = {
  page: 'From 1; the answer is then { total, data }.',
  rows: 'Rows of a page, 10 unless given.',
}

const ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/submit-job',
    summary: 'Takes a job',
    query: {
      ...SUBMIT_QUERY,
      format: 'json (default), hocon, sql, yaml, js or ts: what the body is.',
    },
    body: 'The job',
    answer: '{ jobId, jobName }',
  },
  {
    method: 'post',
    path: '/submit-job/upload',
    summary: 'Takes a job as a file: the part config_file of a form, or the body as it is',
    query: { ...SUBMIT_QUERY, fileName: 'Of a body that is no form: tells the format.' },
    body: 'A file .conf, .config, .json, .yaml, .sql, .js or .ts',
    answer: '{ jobId, jobName }',
  },
  {
    method: 'post',
    path: '/submit-jobs',
    summary: 'Takes several jobs',
    body: '[{ params: { jobId, jobName, … }, env, source, transform, sink }]',
    answer: '[{ jobId, jobName }]',
  },
  {
    method: 'post',
    path: '/stop-job',
    summary: 'Stops a job',
    body: '{ jobId, isStopWithSavePoint, force }',
    answer: '{ jobId }',
  },
  {
    method: 'post',
    path: '/stop-jobs',
    summary: 'Stops several jobs',
    body: '[{ jobId, isStopWithSavePoint, force }]',
    answer: '[{ jobId }]',
  },
  {
    method: 'post',
    path: '/savepoint-job',
    summary: 'Saves a job, which goes on',
    body: '{ jobId }',
    answer: '{ jobId }',
  },
  {
    method: 'get',
    path: '/overview',
    summary: 'Counts of slots, workers and jobs; the query filters workers by tag',
    answer: 'Counts as texts',
  },
  {
    method: 'get',
    path: '/running-jobs',
    summary: 'Jobs that have not ended',
    query: PAGE_QUERY,
    answer: '[job]',
  },
  {
    method: 'get',
    path: '/running-jobs/summary',
    summary: 'Counts of jobs by state',
    answer: 'Counts as texts',
  },
  {
    method: 'get',
    path: '/job-info/{jobId}',
    summary: 'A job; only its id where it is not known',
    answer: 'job',
  },
  {
    method: 'get',
    path: '/running-job/{jobId}',
    summary: 'As /job-info/{jobId}',
    answer: 'job',
  },
  {
    method: 'get',
    path: '/job-info/{jobId}/failures',
    summary: 'Each time that a pipeline of the job failed',
    answer: '[failure]',
  },
  {
    method: 'get',
    path: '/job-info/{jobId}/events',
    summary: 'What happened to the job, the newest first',
    answer: '[event]',
  },
  {
    method: 'get',
    path: '/finished-jobs',
    summary: 'Jobs that have ended, the newest first',
    query: PAGE_QUERY,
    answer: '[job]',
  },
  {
    method: 'get',
    path: '/finished-jobs/{state}',
    summary: 'Those that ended as FINISHED, CANCELED, FAILED, SAVEPOINT_DONE or UNKNOWABLE',
    query: PAGE_QUERY,
    answer: '[job]',
  },
  {
    method: 'get',
    path: '/pending-jobs',
    summary: 'Jobs that wait for slots, and what they lack',
    query: { jobId: 'Only this job.', limit: 'At most so many.' },
    answer: '{ queueSummary, clusterSnapshot, pendingJobs }',
  },
  {
    method: 'get',
    path: '/jobs/checkpoints/{jobId}',
    summary: 'Checkpoints of a job by pipeline',
    answer: '{ jobId, updatedAt, pipelines }',
  },
  {
    method: 'get',
    path: '/jobs/checkpoints/history/{jobId}',
    summary: 'The last checkpoints of a job',
    query: {
      pipelineId: 'Of this pipeline.',
      limit: '20 unless given.',
      status: 'COMPLETED, FAILED or IN_PROGRESS.',
    },
    answer: '[checkpoint]',
  },
  {
    method: 'get',
    path: '/resource/workers',
    summary: 'Workers with their slots',
    answer: '[worker]',
  },
  {
    method: 'get',
    path: '/system-monitoring-information',
    summary: 'The state of every member',
    answer: '[{ host, port, isMaster, … }], all texts',
  },
  {
    method: 'post',
    path: '/encrypt-config',
    summary: 'Hides the values of sensitive options',
    body: 'A job in JSON',
    answer: 'The job',
  },
  {
    method: 'post',
    path: '/update-tags',
    summary: 'Replaces the tags of this member',
    body: '{ tag: value }; {} removes all',
    answer: '{ status, message }',
  },
  {
    method: 'get',
    path: '/option-rules',
    summary: 'The options of a plugin, or the names of all',
    query: { type: 'source, transform or sink.', plugin: 'Its name.' },
    answer: 'Names, or { plugin, type, description, options }',
  },
  {
    method: 'get',
    path: '/logs',
    summary: 'Log files of all members',
    query: { format: 'json, or html (default).' },
    answer: '[{ node, logLink, logName }]',
  },
  {
    method: 'get',
    path: '/logs/{jobIdOrFile}',
    summary: 'Log files of a job, or the text of a file of this member',
    query: { format: 'json, or html (default).' },
    answer: '[{ node, logLink, logName }], or text',
  },
  { method: 'get', path: '/log', summary: 'Log files of this member, as a page', answer: 'HTML' },
  { method: 'get', path: '/log/{file}', summary: 'A log file of this member', answer: 'Text' },
  {
    method: 'get',
    path: '/get-all-log-name',
    summary: 'The names of the log files of this member',
    answer: '[name]',
  },
  {
    method: 'get',
    path: '/thread-dump',
    summary: 'The isolates of this member',
    answer: '[{ threadName, threadId, threadState, stackTrace }]',
  },
  {
    method: 'get',
    path: '/running-threads',
    summary: 'The isolates of this member by name',
    answer: '[{ threadName, classLoader }]',
  },
  { method: 'get', path: '/metrics', summary: 'Metrics for Prometheus', answer: 'Text' },
  { method: 'get', path: '/openmetrics', summary: 'Metrics as OpenMetrics', answer: 'Text' },
  { method: 'get', path: '/', summary: 'The cluster and its jobs as a page', answer: 'HTML' },
  { method: 'get', path: '/openapi.json', summary: 'This document', answer: 'OpenAPI 3.1' },
]

const parameter = (name: string, place: 'path' | 'query', description?: string): object => ({
  name,
  in: place,
  required: place === 'path',
  schema: { type: 'string' },
  ...(description === undefined ? {} : { description }),
})

const FAILURE = {
  description: 'Why not',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { status: { const: 'fail' }, message: { type: 'string' } },
      },
    },
  },
}

const operation = ({ path, summary, query = {}, body, answer }: Endpoint): object => ({
  summary,
  parameters: [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, 'path')),
    ...Object.entries(query).map(([name, text]) => parameter(name, 'query', text)),
  ],
  ...(body === undefined
    ? {}
    : { requestBody: { description: body, required: true, content: { '*/*': {} } } }),
  responses: { 200: { description: answer }, 400: FAILURE, 503: FAILURE },
})

/** The paths that the document describes, with their methods. */
export const describedEndpoints = (): readonly (readonly [method: string, path: string])[] =>
  ENDPOINTS.map(({ method, path }) => [method, path])

/** The OpenAPI document (3.1) of what the engine serves over HTTP. */
export const openApi = (version: string): object => {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  }
  return { openapi: '3.1.0', info: { title: 'Tidegate', version }, paths }
}
