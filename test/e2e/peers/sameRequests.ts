import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { SeatunnelServer } from '../../servers/index.ts'
import { until } from '../jobs/files.ts'
import {
  restAt,
  startRestMembers,
  type Answer,
  type JobAnswer,
  type Rest,
  type RestMembers,
} from '../jobs/rest.ts'
import { differences } from './differences.ts'

const jobOf = (name: string, source: object, transform: readonly object[] = []): string =>
  JSON.stringify({
    env: { 'job.name': name, 'job.mode': 'BATCH', 'job.retry.times': 0, parallelism: 1 },
    source: [
      {
        plugin_name: 'FakeSource',
        plugin_output: 'fake',
        'row.num': 20,
        schema: { table: 'db.readings', fields: { id: 'bigint', name: 'string' } },
        ...source,
      },
    ],
    transform,
    sink: [{ plugin_name: 'Console', 'log.print.data': false }],
  })

const SMALL = jobOf('small', {})
const SLOW = { 'row.num': 10_000, 'split.num': 10_000, 'split.read-interval': 200 }
const ENDLESS = jobOf('endless', SLOW)
const FAILING = jobOf('fails', {}, [
  { plugin_name: 'Sql', plugin_output: 'out', query: 'select cast(name as int) as n from fake' },
])

/** The jobs of one side. */
interface Jobs {
  readonly rest: Rest
  readonly finished: string
  readonly failed: string
  readonly running: string
}

const submit = async (rest: Rest, job: string): Promise<string> => {
  const { status, json } = await rest.post('/submit-job', job)
  expect(status).toBe(200)
  return (json as JobAnswer).jobId
}

const untilStatus = async (rest: Rest, jobId: string, wanted: string): Promise<string> => {
  await until(`${jobId} is ${wanted}`, async () => {
    const { json } = await rest.get(`/job-info/${jobId}`)
    const { jobStatus, metrics } = json as JobAnswer
    const hasRows = metrics?.['SinkWriteCount'] !== '0'
    return jobStatus === wanted && (hasRows || wanted !== 'RUNNING')
  })
  return jobId
}

const startJobs = async (rest: Rest): Promise<Jobs> => {
  const started = async (job: string, wanted: string): Promise<string> =>
    untilStatus(rest, await submit(rest, job), wanted)
  return {
    rest,
    finished: await started(SMALL, 'FINISHED'),
    failed: await started(FAILING, 'FAILED'),
    running: await started(ENDLESS, 'RUNNING'),
  }
}

type Ask = (jobs: Jobs) => Promise<Answer>
const get =
  (path: string): Ask =>
  ({ rest }) =>
    rest.get(path)
const post =
  (path: string, body: string): Ask =>
  ({ rest }) =>
    rest.post(path, body)

const REQUESTS: Readonly<Record<string, Ask>> = {
  overview: get('/overview'),
  'overview of a tag': get('/overview?zone=moon'),
  'running jobs': get('/running-jobs'),
  'a running job': ({ rest, running }) => rest.get(`/job-info/${running}`),
  'a running job by the old name': ({ rest, running }) => rest.get(`/running-job/${running}`),
  'a finished job': ({ rest, finished }) => rest.get(`/job-info/${finished}`),
  'a failed job': ({ rest, failed }) => rest.get(`/job-info/${failed}`),
  'an unknown job': get('/job-info/1'),
  'a job without a number': get('/job-info/abc'),
  'a job of no id': get('/job-info'),
  'a job of no id, with a slash': get('/job-info/'),
  'a running job of no id': get('/running-job'),
  'finished jobs': get('/finished-jobs'),
  'finished jobs with a slash': get('/finished-jobs/'),
  'running jobs with a slash': get('/running-jobs/'),
  'overview with a slash': get('/overview/'),
  'submit by a wrong method': get('/submit-job'),
  'overview by a wrong method': post('/overview', ''),
  'finished jobs that failed': get('/finished-jobs/FAILED'),
  'finished jobs in small letters': get('/finished-jobs/failed'),
  'finished jobs of none': get('/finished-jobs/SAVEPOINT_DONE'),
  'finished jobs in no state': get('/finished-jobs/NEVER'),
  monitoring: get('/system-monitoring-information'),
  'thread dump': get('/thread-dump'),
  'running threads': get('/running-threads'),
  'submit nothing': post('/submit-job', ''),
  'submit no JSON': post('/submit-job', '{ env'),
  'submit a list': post('/submit-job', '[]'),
  'submit without plugins': post('/submit-job', '{}'),
  'submit with a wrong id': post('/submit-job?jobId=abc', SMALL),
  'submit to go on from nothing': post('/submit-job?isStartWithSavePoint=true', SMALL),
  'submit a running job': ({ rest, running }) => rest.post(`/submit-job?jobId=${running}`, ENDLESS),
  'submit a finished job': ({ rest, finished }) =>
    rest.post(`/submit-job?jobId=${finished}`, SMALL),
  encrypt: post('/encrypt-config', SMALL),
  'encrypt nothing': post('/encrypt-config', ''),
  'stop nothing': post('/stop-job', ''),
  'stop no JSON': post('/stop-job', '{'),
  'stop without an id': post('/stop-job', '{}'),
  'stop with a wrong id': post('/stop-job', '{"jobId":"abc"}'),
  'stop an unknown job': post('/stop-job', '{"jobId":"1"}'),
  'stop several that are unknown': post('/stop-jobs', '[{"jobId":4242424242424242999}]'),
  'stop an unknown job with a savepoint': post(
    '/stop-job',
    '{"jobId":"1","isStopWithSavePoint":true}',
  ),
  'stop several of none': post('/stop-jobs', '{}'),
  'set tags': post('/update-tags', '{"zone":"moon"}'),
  'overview of the tag': get('/overview?zone=moon'),
  'remove tags': post('/update-tags', '{}'),
  'set no tags': post('/update-tags', ''),
  'set tags in no JSON': post('/update-tags', 'x'),
  'stop with a savepoint': ({ rest, running }) =>
    rest.post('/stop-job', `{"jobId":"${running}","isStopWithSavePoint":true}`),
}

const NEWER = 'as newer versions tell it'
const NO_500 = 'a mistake of the user is none of the server'

/** Differences that are meant, each with its reason. */
const ACCEPTED: readonly (readonly [difference: RegExp, reason: string])[] = [
  [/\.metrics\.(Table)?SinkCommitted\w+: only here$/, NEWER],
  [/\.metrics\.IntermediateQueueSize: only here$/, NEWER],
  [/\.startTime: only here$/, NEWER],
  [/^overview.*\.pendingJobs: only here$/, NEWER],
  [/\.jobDag: string there, object here$/, NEWER],
  [/\.jobDag\.(vertices|edges): only there$/, NEWER],
  [/\.jobDag\.(jobId|pipelineEdges|vertexInfoMap|envOptions): only here$/, NEWER],
  [/\.(envOptions|isStartWithSavePoint): only here$/, 'an ended job tells what a running one does'],
  [/\.pluginJarsUrls\[\]: object there, nothing here$/, 'there are no jars here'],
  [/^a job without a number: 500 there, 400 here$/, NEWER],
  [/^a (running )?job of no id(, with a slash)?: 500 there, 400 here$/, NEWER],
  [/^(submit|overview) by a wrong method: 400 there, 405 here$/, 'HTTP has a status for it'],
  [/^submit without plugins: 500 there, 400 here$/, NO_500],
  [/^submit a finished job: 500 there, 400 here$/, NO_500],
  [/^stop several of none: 500 there, 400 here$/, NO_500],
]

/** The same requests to a real SeaTunnel and to a member, which must be answered alike. */
export const sameRequestsTo = (serverOf: () => SeatunnelServer): void => {
  let members: RestMembers
  let there: Jobs
  let here: Jobs
  beforeAll(async () => {
    members = await startRestMembers()
    const own = restAt(`${members.master.url}/hazelcast/rest/maps`)
    ;[there, here] = await Promise.all([startJobs(restAt(serverOf().url)), startJobs(own)])
  }, 120_000)
  afterAll(() => members[Symbol.asyncDispose]())

  test('answers with the same statuses, content types, names and types', async () => {
    const found: string[] = []
    for (const [request, ask] of Object.entries(REQUESTS)) {
      found.push(...differences(request, await ask(there), await ask(here)))
    }
    const unknown = found.filter((each) => !ACCEPTED.some(([pattern]) => pattern.test(each)))
    const gone = ACCEPTED.filter(([pattern]) => !found.some((each) => pattern.test(each)))
    expect({ unknown, gone }).toEqual({ unknown: [], gone: [] })
  }, 60_000)

  test('counts rows and bytes alike, and writes times and ids alike', async () => {
    const told = async ({ rest, finished }: Jobs): Promise<object> => {
      const { json } = await rest.get(`/job-info/${finished}`)
      const { metrics, ...job } = json as JobAnswer & Record<string, string>
      const names = ['SourceReceived', 'SinkWrite'].flatMap((each) => [
        `${each}Count`,
        `${each}Bytes`,
        `Table${each}Count`,
        `Table${each}Bytes`,
      ])
      const pattern = (text: string): string => text.replaceAll(/\d/g, '0')
      return {
        metrics: names.map((name) => metrics[name]),
        job: [job.jobName, job.jobStatus, pattern(job['createTime']!), pattern(job['finishTime']!)],
      }
    }
    expect(await told(here)).toEqual(await told(there))
  })

  test('tells the state of members in the same forms and order', async () => {
    const formOf = (text: string): string => text.replaceAll(/\d+/g, '0').replace(/[KMG]$/, 'U')
    const told = async ({ rest }: Jobs): Promise<object> => {
      const { json } = await rest.get('/system-monitoring-information')
      const [facts] = json as Record<string, string>[]
      // What is 0 has neither a unit nor decimals.
      const isSpare = /^(swap\.|heap\.memory\.free$)/
      const forms = Object.entries(facts!).filter(([name]) => !isSpare.test(name))
      return forms.map(([name, text]) => [name, formOf(text)])
    }
    expect(await told(here)).toEqual(await told(there))
  })

  test('takes ids that are numbers, which have more digits than a double', async () => {
    for (const { rest } of [there, here]) {
      const job = JSON.parse(ENDLESS) as object
      const { status } = await rest.post('/submit-job?jobId=4242424242424242421', job)
      expect(status).toBe(200)
      await untilStatus(rest, '4242424242424242421', 'RUNNING')
      const stopped = await rest.post('/stop-job', '{"jobId":4242424242424242421}')
      expect([stopped.status, stopped.text]).toEqual([200, '{"jobId":"4242424242424242421"}'])
      await untilStatus(rest, '4242424242424242421', 'CANCELED')
    }
  }, 60_000)

  test('stops several jobs, whose ids it tells as numbers', async () => {
    for (const { rest } of [there, here]) {
      const jobId = await submit(rest, ENDLESS)
      await untilStatus(rest, jobId, 'RUNNING')
      const { status, text } = await rest.post('/stop-jobs', `[{"jobId":${jobId}}]`)
      expect([status, text]).toEqual([200, `[{"jobId":${jobId}}]`])
      await untilStatus(rest, jobId, 'CANCELED')
    }
  }, 60_000)

  test('has the metrics for Prometheus under the same names', async () => {
    const namesAt = async (origin: string): Promise<Set<string>> => {
      const { status, text } = await restAt(origin).get('/hazelcast/rest/instance/metrics')
      expect(status).toBe(200)
      return new Set(
        [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`),
      )
    }
    const own = await namesAt(members.master.url)
    const lacking = [...(await namesAt(serverOf().origin))].filter((each) => !own.has(each))
    // A member has no JVM, and tells of it what there is here too.
    expect(lacking.filter((each) => !each.startsWith('jvm_'))).toEqual([])
  })
}
