import { expect, test } from 'bun:test'
import { createTestCluster, hocon } from './testCluster.ts'
import { ended, slowJob, smallJob, until } from './testJobs.ts'

test('a job runs to its end and is told of as SeaTunnel does', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master()
  const submitted = await service.submit({ content: hocon(smallJob()), jobName: 'mine' })
  expect(submitted).toEqual({ jobId: expect.stringMatching(/^\d{18,19}$/), jobName: 'mine' })
  const info = (await ended(service, submitted.jobId))!
  expect(info).toMatchObject({
    jobName: 'mine',
    jobStatus: 'FINISHED',
    errorMsg: null,
    createTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    isStartWithSavePoint: false,
    pluginJarsUrls: [],
    envOptions: { 'job.name': 'small', 'job.mode': 'BATCH', parallelism: '2' },
  })
  expect(info.metrics).toMatchObject({
    SourceReceivedCount: '20',
    SinkWriteCount: '20',
    SinkWriteBytes: '160',
    SinkCommittedBytes: '160',
    SourceReceivedQPS: expect.any(String),
    TableSourceReceivedCount: { fake: '20' },
    TableSinkWriteCount: { fake: '20' },
  })
  expect(info.jobDag.pipelineEdges).toEqual({ 1: [{ inputVertexId: '1', targetVertexId: '2' }] })
  expect(info.jobDag.vertexInfoMap).toMatchObject([
    { vertexId: 1, type: 'source', vertexName: 'pipeline-1 [Source[0]-FakeSource]' },
    { vertexId: 2, type: 'sink', tablePaths: ['fake'] },
  ])
  expect((await service.finishedJobs('FINISHED')).total).toBe(1)
  expect((await service.runningJobs()).total).toBe(0)
  expect(cluster.slots.free).toBe(20)
  const events = await service.events(submitted.jobId)
  expect(events!.map(({ message }) => message)).toContain('Job RUNNING')
})

test('the same id twice is one job; an ended id is refused', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master()
  const submission = { content: hocon(slowJob()), jobId: '123' }
  const both = await Promise.all([service.submit(submission), service.submit(submission)])
  expect(both.map(({ jobId }) => jobId)).toEqual(['123', '123'])
  expect((await service.runningJobs()).total).toBe(1)
  await service.stop('123', { savepoint: false, force: false })
  expect((await ended(service, '123'))!.jobStatus).toBe('CANCELED')
  expect(service.submit(submission)).rejects.toMatchObject({ code: 'JOB-004' })
  expect(service.submit({ ...submission, jobId: 'x' })).rejects.toMatchObject({ code: 'JOB-002' })
  expect(
    service.submit({ content: submission.content, isStartWithSavePoint: true }),
  ).rejects.toMatchObject({ code: 'JOB-003' })
  expect(
    service.submit({ ...submission, jobId: '9', isStartWithSavePoint: true }),
  ).rejects.toMatchObject({ code: 'JOB-005' })
  for (const jobId of ['123', '9']) await service.stop(jobId, { savepoint: true, force: false })
  expect((await service.jobInfo('123'))!.jobStatus).toBe('CANCELED')
})

test('a mistake in the job is told with its place, and nothing is left of it', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master()
  const failure = service.submit({ content: hocon(smallJob().replace('FakeSource', 'FakeSorce')) })
  expect(failure).rejects.toMatchObject({ at: { file: 'job.conf', line: 3 } })
  await failure.catch(() => undefined)
  expect((await service.runningJobs()).total).toBe(0)
})

test('a job waits for slots, holds up none that fits, and tells what it lacks', async () => {
  await using cluster = createTestCluster(7)
  const { service } = cluster.master()
  await service.submit({ content: hocon(slowJob()), jobId: '1' })
  const large = slowJob().replace('parallelism = 2', 'parallelism = 5')
  await service.submit({ content: hocon(large), jobId: '2' })
  await service.submit({ content: hocon(slowJob()), jobId: '3' })
  await until('the third job runs', async () =>
    ['1', '3'].every((id) => cluster.slots.heldBy(id, 1).length === 3),
  )
  await until('the second was looked at', async () => {
    const { pendingJobs } = await service.pendingJobs({})
    return (pendingJobs[0]?.checkCount ?? 0) > 0
  })
  const { queueSummary, pendingJobs } = await service.pendingJobs({})
  expect(queueSummary).toMatchObject({ size: 1, scheduleStrategy: 'WAIT' })
  expect(pendingJobs).toMatchObject([
    {
      jobId: '2',
      jobStatus: 'PENDING',
      pendingSourceState: 'SUBMIT',
      totalTaskGroups: 6,
      failureReason: 'RESOURCE_NOT_ENOUGH',
      failureMessage: 'No slot.',
    },
  ])
  expect(pendingJobs[0]!.blockingJobIds).toContain('1')
  await service.stop('1', { savepoint: false, force: false })
  await service.stop('3', { savepoint: false, force: false })
  await until('the second job runs', () => cluster.slots.heldBy('2', 1).length === 6)
})

test('a job for which there is no room is rejected where it shall not wait', async () => {
  await using cluster = createTestCluster(2)
  const { service } = cluster.master({ scheduleStrategy: 'REJECT' })
  await service.submit({ content: hocon(smallJob()), jobId: '1' })
  const info = await ended(service, '1')
  expect(info).toMatchObject({ jobStatus: 'FAILED' })
  expect(info!.errorMsg).toStartWith('JOB-007 The job needs 3 slots')
})

test('what expires leaves nothing in the grid', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master({ historyExpiryMs: 1 })
  await service.submit({ content: hocon(smallJob()), jobId: '1' })
  await ended(service, '1')
  await until('the history is empty', async () => (await service.finishedJobs()).total === 0)
  for (const [name, entries] of cluster.maps.inside) expect([name, entries.size]).toEqual([name, 0])
  expect(await service.jobInfo('1')).toBeUndefined()
})

test('checkpoints keep the pause of the configuration where the job names none', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master({ checkpointMinPauseMs: 3_600_000 })
  const completed = async (jobId: string): Promise<number> =>
    (await service.checkpoints(jobId))!.pipelines[0]?.counts.completed ?? 0
  const content = hocon(slowJob(', checkpoint.interval = 20'))
  const own = hocon(slowJob(', checkpoint.interval = 20, checkpoint.min-pause = 0'))
  await service.submit({ content, jobId: '5' })
  await until('its first checkpoint', async () => (await completed('5')) === 1)
  await service.submit({ content: own, jobId: '6' })
  await until('the other one has three', async () => (await completed('6')) > 2)
  expect(await completed('5')).toBe(1)
  for (const jobId of ['5', '6']) {
    await service.stop(jobId, { savepoint: false, force: true })
    await ended(service, jobId)
  }
})

test('a savepoint is taken while the job goes on', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master({ checkpointIntervalMs: 60_000 })
  await service.submit({ content: hocon(slowJob()), jobId: '5' })
  await until('it runs', async () => (await service.jobInfo('5'))!.jobStatus === 'RUNNING')
  await service.savepoint('5')
  const { pipelines } = (await service.checkpoints('5'))!
  expect(pipelines[0]!.latestSavepoint).toMatchObject({ status: 'COMPLETED' })
  expect((await service.jobInfo('5'))!.jobStatus).toBe('RUNNING')
  await service.stop('5', { savepoint: false, force: true })
  expect((await ended(service, '5'))!.jobStatus).toBe('CANCELED')
  expect(service.savepoint('5')).rejects.toMatchObject({ code: 'JOB-006' })
})

test('a job that fails is tried again as its env says, and its failures are told', async () => {
  await using cluster = createTestCluster()
  const { service } = cluster.master()
  const failing = `
    env { parallelism = 1, job.retry.times = 2, job.retry.interval.seconds = 0 }
    source { FakeSource { row.num = 5, schema { fields { id = bigint } } } }
    sink { InMemory { throw_exception_of_committer = true } }`
  await service.submit({ content: hocon(failing), jobId: '5' })
  const info = (await ended(service, '5'))!
  expect(info.jobStatus).toBe('FAILED')
  const failures = (await service.failures('5'))!
  expect(info.errorMsg).toContain(failures[0]!.message)
  expect(failures.length).toBeGreaterThan(0)
})

test('a job that must not run on a part of the cluster waits until more members are there', async () => {
  await using cluster = createTestCluster()
  const master = cluster.master()
  const { service, member } = master
  member.memberCount = 3
  const content = hocon(slowJob(', split-brain-protection = true'))
  await service.submit({ content, jobId: '5' })
  await until('it runs', async () => (await service.jobInfo('5'))!.jobStatus === 'RUNNING')
  master.setMembers(1)
  await until('its slots are free', () => cluster.slots.free === 20)
  const { pendingJobs } = await service.pendingJobs({})
  expect(pendingJobs).toMatchObject([{ jobId: '5', pendingSourceState: 'RESTORE' }])
  await until('it says why', async () => {
    const [waiting] = (await service.pendingJobs({})).pendingJobs
    return waiting!.failureMessage.startsWith('Only 1 of 3 members are there')
  })
  master.setMembers(2)
  await until('it runs again', () => cluster.slots.free === 17)
  expect((await service.failures('5'))!).toEqual([])
})

test('what happens to a job is reported over HTTP, and counted in the log', async () => {
  const received: { eventType: string; message: string }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      expect(request.headers.get('x-key')).toBe('k')
      received.push(...((await request.json()) as typeof received))
      return new Response()
    },
  })
  await using cluster = createTestCluster()
  const eventReport = { url: `http://127.0.0.1:${server.port}/`, headers: { 'x-key': 'k' } }
  const { service } = cluster.master({ eventReport, printIntervalMs: 20 })
  const { jobId } = await service.submit({ content: hocon(smallJob()) })
  await ended(service, jobId)
  await until('all is reported', () => received.some(({ message }) => message === 'Job FINISHED'))
  const statuses = received.filter(({ eventType }) => eventType === 'JOB_STATUS')
  expect(statuses.map(({ message }) => message)).toEqual([
    'Job PENDING',
    'Job SCHEDULED',
    'Job RUNNING',
    'Job FINISHED',
  ])
  await until('the counts are printed', () =>
    cluster.log.some((line) => /finishedJobCount\s+:\s+1$/m.test(line)),
  )
  await server.stop(true)
})
