import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { until } from './files.ts'
import {
  endlessJob,
  fails,
  infoOf,
  jobOf,
  matches,
  startRestMembers,
  submitted,
  untilStatus,
  type JobAnswer,
  type Rest,
  type RestMembers,
} from './rest.ts'

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
const COUNT = /^\d+$/

let members: RestMembers
let master: Rest
let worker: Rest
beforeAll(async () => {
  members = await startRestMembers()
  ;({ master, worker } = members)
  // The master knows of the worker a moment later.
  await until('both workers are known', async () => {
    const { json } = await master.get('/overview')
    return (json as { workers?: string }).workers === '2'
  })
}, 60_000)
afterAll(() => members[Symbol.asyncDispose]())

const stop = async (jobId: string, isStopWithSavePoint = false): Promise<void> => {
  const { status, json } = await master.post('/stop-job', { jobId, isStopWithSavePoint })
  expect({ status, json }).toEqual({ status: 200, json: { jobId } })
  await untilStatus(master, jobId, isStopWithSavePoint ? 'SAVEPOINT_DONE' : 'CANCELED')
}

const DAG = {
  jobId: expect.stringMatching(COUNT),
  pipelineEdges: {
    '1': [
      { inputVertexId: expect.stringMatching(COUNT), targetVertexId: expect.stringMatching(COUNT) },
    ],
  },
  vertexInfoMap: expect.arrayContaining([
    {
      vertexId: expect.any(Number),
      type: 'source',
      vertexName: expect.any(String),
      tablePaths: ['db.readings'],
    },
    {
      vertexId: expect.any(Number),
      type: 'sink',
      vertexName: expect.any(String),
      tablePaths: ['db.readings'],
    },
  ]),
  envOptions: expect.any(Object),
}

const HEADS = ['SourceReceived', 'SinkWrite', 'SinkCommitted']
const TAILS = ['Count', 'QPS', 'Bytes', 'BytesPerSeconds']

const expectMetrics = (metrics: Record<string, unknown>): void => {
  const isText = (value: unknown): boolean => typeof value === 'string'
  for (const head of HEADS) {
    for (const tail of TAILS) {
      expect(metrics[head + tail]).toMatch(/^\d+(\.\d+)?$/)
      // The page of SeaTunnel breaks where one of these is missing.
      const tables = metrics[`Table${head}${tail}`] as Record<string, unknown>
      expect(Object.keys(tables)).toEqual(['db.readings'])
      expect(Object.values(tables).every(isText)).toBe(true)
    }
  }
  expect(metrics['IntermediateQueueSize']).toMatch(COUNT)
}

describe('the document', () => {
  test('names nothing that is not there, and every GET answers', async () => {
    const { status, json } = await master.get('/openapi.json')
    matches({ status, json }, { status: 200, json: { openapi: '3.1.0' } })
    const { paths } = json as { paths: Record<string, Record<string, object>> }
    expect(Object.keys(paths).length).toBeGreaterThan(25)
    const values: Record<string, string> = { state: 'FINISHED', file: 'none.log' }
    const isRefused = /\/(log\/\{file\}|job-info|running-job)$/
    for (const [path, operations] of Object.entries(paths)) {
      const asked = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '1')
      for (const method of Object.keys(operations)) {
        const answer =
          method === 'get'
            ? await master.get(path.endsWith('/option-rules') ? `${asked}?type=sink` : asked)
            : await master.post(asked, '')
        const wanted = method === 'post' || isRefused.test(path) ? 400 : 200
        expect({ method, path, status: answer.status }).toEqual({ method, path, status: wanted })
        if (wanted !== 200) fails(answer, wanted)
      }
    }
  })
})

describe('a job', () => {
  test('is told while it runs, on any member and under both versions', async () => {
    const jobId = await submitted(worker, '?jobName=runs', endlessJob('named otherwise'))
    await until('rows of its table are counted', async () => {
      const { jobStatus, metrics } = await infoOf(master, jobId)
      return jobStatus === 'RUNNING' && metrics['SinkWriteCount'] !== '0'
    })
    for (const rest of [master, worker]) {
      for (const base of ['', '/hazelcast/rest/maps']) {
        for (const path of [`/job-info/${jobId}`, `/running-job/${jobId}`]) {
          const { json } = await rest.get(base + path)
          matches(json, {
            jobId,
            jobName: 'runs',
            jobStatus: 'RUNNING',
            envOptions: { 'job.name': 'named otherwise', parallelism: '1' },
            createTime: expect.stringMatching(TIME),
            startTime: expect.stringMatching(TIME),
            jobDag: DAG,
            pluginJarsUrls: [],
            isStartWithSavePoint: false,
          })
          expectMetrics((json as JobAnswer).metrics)
        }
      }
    }
    const { json: all } = await worker.get('/running-jobs')
    matches(all, [{ jobId, jobStatus: 'RUNNING' }])
    const { json: page } = await worker.get('/running-jobs?page=1&rows=5')
    matches(page, { total: 1, data: [{ jobId }] })
    const { json: beyond } = await master.get('/running-jobs?page=2&rows=5')
    expect(beyond).toEqual({ total: 1, data: [] })
    fails(await master.get('/running-jobs?page=0'), 400, 'page')
    const { json: overview } = await worker.get('/overview')
    matches(overview, {
      projectVersion: expect.any(String),
      gitCommitAbbrev: expect.any(String),
      totalSlot: expect.stringMatching(COUNT),
      unassignedSlot: expect.stringMatching(COUNT),
      workers: '2',
      runningJobs: '1',
      pendingJobs: '0',
      finishedJobs: expect.stringMatching(COUNT),
      failedJobs: expect.stringMatching(COUNT),
      cancelledJobs: expect.stringMatching(COUNT),
    })
    matches((await master.get('/running-jobs/summary')).json, { runningJobs: '1' })
    matches((await master.get('/overview?zone=nowhere')).json, { workers: '0' })
    // The same id again is the same job.
    const again = await master.post(`/submit-job?jobId=${jobId}`, endlessJob('again'))
    matches(again, { status: 200, json: { jobId, jobName: 'runs' } })
    const { json: workers } = await master.get('/resource/workers')
    expect(
      (workers as { runningJobIds: string[] }[]).flatMap((each) => each.runningJobIds),
    ).toEqual(expect.arrayContaining([jobId]))
    await stop(jobId)
    fails(await master.post(`/submit-job?jobId=${jobId}`, endlessJob('again')), 400, 'JOB-004')
    matches((await master.get('/finished-jobs/CANCELED')).json, [{ jobId }])
  }, 60_000)

  test('is told when it has ended', async () => {
    const first = await submitted(master, '', jobOf('ends'))
    await untilStatus(master, first, 'FINISHED')
    const second = await submitted(master, '', jobOf('ends later'))
    await untilStatus(master, second, 'FINISHED')
    const info = await infoOf(worker, first)
    matches(info, {
      jobId: first,
      jobName: 'ends',
      jobStatus: 'FINISHED',
      errorMsg: null,
      createTime: expect.stringMatching(TIME),
      startTime: expect.stringMatching(TIME),
      finishTime: expect.stringMatching(TIME),
      jobDag: DAG,
      pluginJarsUrls: [],
    })
    expectMetrics(info.metrics)
    matches(info.metrics, {
      SourceReceivedCount: '20',
      SinkWriteCount: '20',
      SinkCommittedCount: '20',
      TableSourceReceivedCount: { 'db.readings': '20' },
      TableSinkWriteCount: { 'db.readings': '20' },
    })
    const idsOf = async (path: string): Promise<string[]> => {
      const { json } = await master.get(path)
      const rows = Array.isArray(json) ? json : (json as { data: unknown[] }).data
      return (rows as JobAnswer[]).map(({ jobId }) => jobId)
    }
    expect((await idsOf('/finished-jobs/FINISHED')).slice(0, 2)).toEqual([second, first])
    expect(await idsOf('/finished-jobs/finished?page=2&rows=1')).toEqual([first])
    for (const state of ['FAILED', 'SAVEPOINT_DONE', 'UNKNOWABLE']) {
      expect(await idsOf(`/finished-jobs/${state}`)).not.toContain(first)
    }
    expect((await master.get('/finished-jobs/NEVER')).json).toEqual([])
    expect((await idsOf('/finished-jobs')).slice(0, 2)).toEqual([second, first])
  }, 60_000)

  test('tells why it failed', async () => {
    const failing = jobOf('fails', { 'job.retry.times': 0 })
    const rule = { row_rules: [{ rule_type: 'MIN_ROW', rule_value: 99 }] }
    const sink = [{ plugin_name: 'Assert', plugin_input: 'fake', rules: rule }]
    const jobId = await submitted(master, '', { ...failing, sink })
    await untilStatus(master, jobId, 'FAILED')
    const { json } = await master.get('/finished-jobs/FAILED')
    matches(json, [{ jobId, errorMsg: expect.stringContaining('99') }])
    const { json: failures } = await master.get(`/job-info/${jobId}/failures`)
    matches(failures, [{ jobId, pipelineId: 1, restoredCheckpointId: null }])
    matches(
      (await master.get(`/job-info/${jobId}/events`)).json,
      expect.arrayContaining([expect.objectContaining({ message: 'Job FAILED' })]),
    )
  }, 60_000)

  test('that is not known has only its id, and no checkpoints', async () => {
    expect((await worker.get('/job-info/123')).json).toEqual({ jobId: '123' })
    fails(await worker.get('/job-info/none'), 400, 'none')
    const { json } = await master.get('/jobs/checkpoints/123')
    matches(json, { jobId: '123', pipelines: [] })
    expect((await master.get('/jobs/checkpoints/history/123')).json).toEqual([])
    const stopped = await master.post('/stop-job', { jobId: '123' })
    expect([stopped.status, stopped.json]).toEqual([200, { jobId: '123' }])
    fails(await master.post('/savepoint-job', { jobId: '123' }), 400, 'JOB-006')
  })

  test('waits with a diagnosis where no worker has its tags', async () => {
    const job = jobOf('waits', { tag_filter: { zone: 'moon' } })
    const jobId = await submitted(master, '', job)
    await until('it waits', async () => {
      const { json } = await worker.get('/pending-jobs')
      return (json as { queueSummary: { size: number } }).queueSummary.size === 1
    })
    const { json } = await worker.get(`/pending-jobs?jobId=${jobId}&limit=5`)
    const slots = { totalSlots: expect.any(Number), freeSlots: expect.any(Number) }
    const lack = {
      taskGroupLocation: { jobId, pipelineId: 1, taskGroupId: expect.any(Number) },
      taskFullName: expect.any(String),
      allocated: false,
      failureReason: 'RESOURCE_NOT_ENOUGH',
      failureMessage: expect.stringContaining('moon'),
    }
    const groups = {
      totalTaskGroups: expect.any(Number),
      allocatedTaskGroups: 0,
      lackingTaskGroups: expect.any(Number),
    }
    const node = {
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      tags: {},
      ...slots,
      dynamicSlot: true,
      runningJobIds: [],
    }
    matches(json, {
      queueSummary: {
        size: 1,
        scheduleStrategy: 'WAIT',
        oldestEnqueueTimestamp: expect.any(Number),
        newestEnqueueTimestamp: expect.any(Number),
        lackingTaskGroups: expect.any(Number),
      },
      clusterSnapshot: {
        ...slots,
        assignedSlots: expect.any(Number),
        workerCount: 2,
        workers: [node, node],
      },
      pendingJobs: [
        {
          jobId,
          jobName: 'waits',
          pendingSourceState: 'SUBMIT',
          jobStatus: 'PENDING',
          enqueueTimestamp: expect.any(Number),
          checkTime: expect.any(Number),
          waitDurationMs: expect.any(Number),
          checkCount: expect.any(Number),
          ...groups,
          failureReason: 'RESOURCE_NOT_ENOUGH',
          failureMessage: expect.any(String),
          tagFilter: { zone: 'moon' },
          blockingJobIds: [],
          pipelines: [{ pipelineId: 1, pipelineName: expect.any(String), ...groups }],
        },
      ],
    })
    const [pending] = (json as { pendingJobs: PendingAnswer[] }).pendingJobs
    matches(pending!.pipelines[0]!.taskGroupDiagnostics[0], lack)
    matches(pending!.lackingTaskGroupDiagnostics[0], lack)
    const pretty = await worker.get(`/pending-jobs?jobId=${jobId}&pretty=true`)
    expect(pretty.text).toStartWith('{\n  "queueSummary": {\n    "size": 1,')
    // It blocks no other one.
    await untilStatus(master, await submitted(master, '', jobOf('passes')), 'FINISHED')
    await stop(jobId)
  }, 30_000)
})

interface PendingAnswer {
  readonly pipelines: readonly { readonly taskGroupDiagnostics: readonly object[] }[]
  readonly lackingTaskGroupDiagnostics: readonly object[]
}

describe('a submission', () => {
  const HOCON = `
    env { job.name = "in hocon" }
    source { FakeSource { row.num = 5, schema { fields { id = bigint } } } }
    sink { Console { log.print.data = false } }`
  const SQL = `
    /* config
    env { job.name = "in sql" }
    */
    CREATE TABLE src WITH (
      'connector' = 'FakeSource', 'type' = 'source', 'row.num' = '5',
      'schema' = '{ fields { id = bigint } }'
    );
    CREATE TABLE dst WITH ('connector' = 'Console', 'type' = 'sink', 'log.print.data' = 'false');
    INSERT INTO dst SELECT id FROM src;`
  const YAML = `
env: { job.name: in yaml }
source: { FakeSource: { row.num: 5, schema: { fields: { id: bigint } } } }
sink: { Console: { log.print.data: false } }
`
  const CODE = `
import { pipeline, sinks, sources } from 'tidegate'
export default pipeline({ name: 'in code' })
  .readFrom(sources.items(['a', 'b', 'c']))
  .map((text) => ({ text }))
  .columns({ text: 'string' })
  .writeTo(sinks.console())
`
  const byName = { json: JSON.stringify(jobOf('in json')), hocon: HOCON, sql: SQL, yaml: YAML }

  test.each(Object.entries(byName))(
    'comes as %s',
    async (format, text) => {
      const jobId = await submitted(master, format === 'json' ? '' : `?format=${format}`, text)
      await untilStatus(master, jobId, 'FINISHED')
      expect((await infoOf(master, jobId)).jobName).toBe(`in ${format}`)
    },
    30_000,
  )

  test('is code with types where it says so', async () => {
    const jobId = await submitted(master, '?format=ts', CODE.replace('(text)', '(text: string)'))
    await untilStatus(master, jobId, 'FINISHED')
  }, 30_000)

  test.each([
    ['job.conf', HOCON],
    ['job.config', HOCON],
    ['job.json', byName.json],
    ['job.sql', SQL],
    ['job.yaml', YAML],
    ['job.ts', CODE],
  ])(
    'is uploaded as %s, in a form or as it is',
    async (name, text) => {
      const form = new FormData()
      form.set('config_file', new File([text], name))
      const answers = [
        await worker.post('/submit-job/upload', form),
        await worker.post(`/submit-job/upload?fileName=${name}`, text),
      ]
      for (const { status, json } of answers) {
        matches({ status, json }, { status: 200, json: { jobId: expect.any(String) } })
        await untilStatus(master, (json as JobAnswer).jobId, 'FINISHED')
      }
    },
    60_000,
  )

  test('of several jobs answers with all of them, and so does their end', async () => {
    const jobs = [
      { params: { jobName: 'one' }, ...endlessJob('x') },
      { params: { jobId: '4711', jobName: 'two' }, ...endlessJob('y') },
    ]
    const { status, json } = await master.post('/submit-jobs', jobs)
    matches(
      { status, json },
      {
        status: 200,
        json: [{ jobName: 'one' }, { jobId: '4711', jobName: 'two' }],
      },
    )
    const jobIds = (json as JobAnswer[]).map(({ jobId }) => jobId)
    for (const jobId of jobIds) await untilStatus(master, jobId, 'RUNNING')
    const ends = jobIds.map((jobId) => ({ jobId, isStopWithSavePoint: false }))
    const stopped = await master.post('/stop-jobs', ends)
    expect([stopped.status, stopped.text]).toEqual([
      200,
      `[${jobIds.map((jobId) => `{"jobId":${jobId}}`).join(',')}]`,
    ])
    for (const jobId of jobIds) await untilStatus(master, jobId, 'CANCELED')
  }, 60_000)

  test('is refused with 400 and a sentence where it is wrong', async () => {
    fails(await master.post('/submit-job', ''), 400, 'empty')
    fails(await master.post('/submit-job', '{ env'), 400, /[A-Z]{3}-\d{3}/)
    fails(await master.post('/submit-job', {}), 400)
    fails(await master.post('/submit-job?format=toml', HOCON), 400, 'toml')
    fails(await master.post('/submit-job?isStartWithSavePoint=true', jobOf('x')), 400, 'JOB-003')
    fails(await master.post('/submit-job?jobId=abc', jobOf('x')), 400, 'JOB-002')
    fails(await master.post('/submit-jobs', 'no'), 400)
    fails(await master.post('/submit-jobs', {}), 400)
    fails(await master.post('/submit-job/upload', ''), 400)
    fails(await master.post('/submit-job/upload', new FormData()), 400, 'config_file')
    const form = new FormData()
    form.set('config_file', new File(['a = 1'], 'job.toml'))
    fails(await master.post('/submit-job/upload', form), 400, 'toml')
    for (const path of ['/stop-job', '/stop-jobs', '/encrypt-config', '/savepoint-job']) {
      fails(await master.post(path, ''), 400)
      fails(await master.post(path, '{'), 400)
      fails(await master.post(path, '"text"'), 400)
    }
    fails(await master.post('/submit-jobs?x=1', '[{"params":{"jobId":{}}}]'), 400, 'jobId')
    fails(await master.post('/submit-job?format=ts', 'x y z'), 400, /^job\.ts:1:3 PIP-003/)
    for (const base of [master.url, `${master.url}/hazelcast/rest/maps`]) {
      const body = '--x\r\nno form'
      const headers = { 'content-type': 'multipart/form-data; boundary=x' }
      const torn = await fetch(`${base}/submit-job/upload`, { method: 'POST', headers, body })
      expect(torn.status).toBe(400)
      expect(((await torn.json()) as { message: string }).message).toStartWith('The form cannot be')
    }
    for (const path of ['/stop-job', '/savepoint-job']) {
      fails(await master.post(path, '{}'), 400, 'jobId: must be the id of a job')
      fails(await master.post(path, '{"jobId":1.5}'), 400, 'JOB-002')
    }
    fails(await master.post('/stop-jobs', '[{"jobId":"1"},{"jobId":"x"}]'), 400, 'JOB-002')
    for (const path of ['/pending-jobs?jobId=x', '/jobs/checkpoints/x', '/job-info/x/failures']) {
      fails(await worker.get(path), 400, 'JOB-002')
    }
    for (const path of ['/job-info/x/events', '/jobs/checkpoints/history/x', '/running-job/x/']) {
      fails(await worker.get(path), 400, 'JOB-002')
    }
    fails(await worker.get('/submit-job'), 405, 'POST')
    fails(await master.post('/stop-job', '[]'), 400, /^The body must be an object with a jobId\.$/)
    fails(await master.post('/stop-jobs', '[1]'), 400, /^0: must be an object with a jobId\.$/)
    fails(await master.post('/submit-jobs', '{}'), 400, /^The body must be a list of jobs\.$/)
    for (const page of ['0', '-1', '1e3', ' 1', '']) {
      fails(await master.get(`/running-jobs?page=${page}`), 400, 'page must be a whole number')
    }
    fails(await master.get('/nothing-here'), 404)
  })
})

describe('checkpoints', () => {
  test('are told by pipeline, and a job goes on from its savepoint', async () => {
    const jobId = await submitted(master, '', endlessJob('saved'))
    await until('a checkpoint is complete', async () => {
      const { json } = await worker.get(`/jobs/checkpoints/${jobId}`)
      const { pipelines } = json as { pipelines: { counts: { completed: number } }[] }
      return (pipelines[0]?.counts.completed ?? 0) > 0
    })
    const { json } = await worker.get(`/jobs/checkpoints/${jobId}`)
    matches(json, {
      jobId,
      updatedAt: expect.any(Number),
      pipelines: [
        {
          pipelineId: 1,
          counts: { completed: expect.any(Number), failed: 0, restored: 0 },
          latestCompleted: { status: 'COMPLETED', checkpointType: 'CHECKPOINT' },
          latestFailed: null,
          latestSavepoint: null,
          inProgress: expect.any(Array),
        },
      ],
    })
    const history = `/jobs/checkpoints/history/${jobId}`
    matches((await master.get(`${history}?pipelineId=1&limit=1&status=completed`)).json, [
      { status: 'COMPLETED' },
    ])
    fails(await master.get(`${history}?status=odd`), 400, 'status')
    fails(await master.get(`${history}?limit=none`), 400, 'limit')
    matches(await master.post('/savepoint-job', { jobId }), { json: { jobId } })
    await stop(jobId, true)
    matches((await master.get('/finished-jobs/SAVEPOINT_DONE')).json, [{ jobId }])
    const query = `?jobId=${jobId}&isStartWithSavePoint=true`
    expect(await submitted(master, query, endlessJob('saved'))).toBe(jobId)
    await untilStatus(master, jobId, 'RUNNING')
    matches(await infoOf(master, jobId), { isStartWithSavePoint: true })
    await stop(jobId)
  }, 60_000)
})
