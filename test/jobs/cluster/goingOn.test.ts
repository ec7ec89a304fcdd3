import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { JobSettings } from '../../../jobs/cluster/index.ts'
import { createTestCluster, hocon, type TestCluster, type TestMaster } from './testCluster.ts'
import { readIds } from '../../e2e/jobs/files.ts'
import { ALL_IDS, ended, fileJob, slowJob, smallJob, until, withFolder } from './testJobs.ts'

test('a job stops with a savepoint and goes on, at another parallelism, each row once', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const { service } = cluster.master()
    const slow = fileJob(folder, ', read_limit.rows_per_second = 400')
    await service.submit({ content: hocon(slow), jobId: '5' })
    await until('a checkpoint is complete', async () => {
      const checkpoints = await service.checkpoints('5')
      return (checkpoints?.pipelines[0]?.counts.completed ?? 0) >= 2
    })
    await service.stop('5', { savepoint: true, force: false })
    expect((await ended(service, '5'))!.jobStatus).toBe('SAVEPOINT_DONE')
    const before = await readIds(folder)
    expect(before.length).toBeLessThan(1200)
    const saved = await service.checkpoints('5')
    expect(saved!.pipelines[0]!.latestSavepoint).toMatchObject({ status: 'COMPLETED' })
    const faster = fileJob(folder, '').replace('parallelism = 2', 'parallelism = 3')
    await service.submit({ content: hocon(faster), jobId: '5', isStartWithSavePoint: true })
    const info = await ended(service, '5')
    expect(info).toMatchObject({ jobStatus: 'FINISHED', isStartWithSavePoint: true })
    expect(await readIds(folder)).toEqual(ALL_IDS)
    expect([...cluster.maps.inside.get('engine_checkpointChunks')!.keys()]).toEqual([])
  })
})

test('a job that was stopped by force goes on from its last checkpoint, each row once', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const { service } = cluster.master()
    const content = hocon(fileJob(folder, ', read_limit.rows_per_second = 400'))
    await service.submit({ content, jobId: '5' })
    await until('a checkpoint is complete', async () => {
      const checkpoints = await service.checkpoints('5')
      return (checkpoints?.pipelines[0]?.counts.completed ?? 0) >= 2
    })
    await service.stop('5', { savepoint: false, force: true })
    expect((await ended(service, '5'))!.jobStatus).toBe('CANCELED')
    const restore = { restoreMode: 'CHECKPOINT', restoreSourceJobId: '5' } as const
    const { jobId } = await service.submit({ content, ...restore })
    expect(jobId).not.toBe('5')
    expect((await ended(service, jobId))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
  })
})

test('state that no operator takes is refused, unless that is allowed', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const { service } = cluster.master()
    const slow = fileJob(folder, ', read_limit.rows_per_second = 400')
    await service.submit({ content: hocon(slow), jobId: '5' })
    await until('it runs', async () => (await service.jobInfo('5'))!.jobStatus === 'RUNNING')
    await service.stop('5', { savepoint: true, force: false })
    await ended(service, '5')
    const other = { content: hocon(smallJob()), jobId: '6', restoreMode: 'CHECKPOINT' as const }
    const restore = { ...other, restoreSourceJobId: '5' }
    expect(service.submit(restore)).rejects.toMatchObject({
      code: 'JOB-040',
      message: expect.stringContaining('Source[0]-LocalFile'),
    })
    await service.submit({ ...restore, allowOrphanedState: true })
    expect((await ended(service, '6'))!.jobStatus).toBe('FINISHED')
  })
})

/** A master that runs job 5, which has checkpoints. */
const masterWithJob = async (cluster: TestCluster, folder: string): Promise<TestMaster> => {
  const master = cluster.master()
  const slow = fileJob(folder, ', read_limit.rows_per_second = 600')
  await master.service.submit({ content: hocon(slow), jobId: '5' })
  await until('a checkpoint is complete', async () => {
    const checkpoints = await master.service.checkpoints('5')
    return (checkpoints?.pipelines[0]?.counts.completed ?? 0) >= 2
  })
  return master
}

test('a new master takes over running tasks without stopping them, each row once', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const first = await masterWithJob(cluster, folder)
    const second = cluster.master()
    first.member.isMaster = false
    expect(first.service.jobInfo('5')).rejects.toMatchObject({ code: 'JOB-001' })
    await second.service.runningJobs()
    expect((await ended(second.service, '5'))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
    const events = await second.service.events('5')
    const executions = events!.filter(({ pipelineStatus }) => pipelineStatus === 'DEPLOYING')
    expect(executions).toHaveLength(1)
  })
})

test('what is asked of a master that is taking a job over waits until it has', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const first = await masterWithJob(cluster, folder)
    const second = cluster.master()
    first.member.isMaster = false
    await second.service.stop('5', { savepoint: true, force: false })
    expect((await ended(second.service, '5'))!.jobStatus).toBe('SAVEPOINT_DONE')
    const { service } = second
    const content = hocon(fileJob(folder, ''))
    await service.submit({ content, jobId: '5', isStartWithSavePoint: true })
    expect((await ended(service, '5'))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
  })
})

test('a savepoint that is asked of a new master is taken when it has the job', async () => {
  await withFolder(async (folder) => {
    await using cluster = createTestCluster()
    const first = await masterWithJob(cluster, folder)
    const second = cluster.master()
    first.member.isMaster = false
    await second.service.savepoint('5')
    const checkpoints = await second.service.checkpoints('5')
    expect(checkpoints!.pipelines[0]!.latestSavepoint).toMatchObject({ status: 'COMPLETED' })
    expect((await ended(second.service, '5'))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
  })
})

test('a stale master changes nothing any more', async () => {
  await using cluster = createTestCluster()
  const first = cluster.master()
  await first.service.submit({ content: hocon(slowJob()), jobId: '5' })
  await until('it runs', async () => (await first.service.jobInfo('5'))!.jobStatus === 'RUNNING')
  const second = cluster.master()
  expect((await second.service.runningJobs()).total).toBe(1)
  // The first still thinks that it is the master.
  await until('the second has taken over', () =>
    String(cluster.maps.inside.get('engine_checkpoint-id-map')!.get('5/1')).includes(
      '"masterEpoch":2',
    ),
  )
  expect(first.service.stop('5', { savepoint: false, force: false })).rejects.toMatchObject({
    code: 'JOB-011',
  })
  await until('the first has given up', async () => (await first.service.runningJobs()).total === 0)
  expect((await first.service.runningJobs()).total).toBe(0)
  expect((await second.service.jobInfo('5'))!.jobStatus).toBe('RUNNING')
  await second.service.stop('5', { savepoint: false, force: false })
  expect((await ended(second.service, '5'))!.jobStatus).toBe('CANCELED')
})

/** Runs a file job in a cluster until a checkpoint is complete, and ends the whole cluster. */
const interrupted = async (folder: string, settings: Partial<JobSettings>) => {
  await using cluster = createTestCluster()
  const { service } = cluster.master(settings)
  const content = hocon(fileJob(folder, ', read_limit.rows_per_second = 400'))
  await service.submit({ content, jobId: '5' })
  await until('a checkpoint is complete', async () => {
    const checkpoints = await service.checkpoints('5')
    return (checkpoints?.pipelines[0]?.counts.completed ?? 0) >= 2
  })
  return { maps: cluster.maps, content }
}

test('the whole cluster starts again with its maps: jobs go on by themselves, each row once', async () => {
  await withFolder(async (folder) => {
    const { maps } = await interrupted(folder, {})
    await using cluster = createTestCluster(20, maps)
    const { service } = cluster.master()
    expect((await ended(service, '5'))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
    expect((await service.checkpoints('5'))!.pipelines[0]!.counts.restored).toBe(1)
  })
})

test('the whole cluster starts again without: a job can be restored by hand, each row once', async () => {
  await withFolder(async (folder) => {
    const storage = {
      type: 'localfile',
      maxRetained: 3,
      properties: { namespace: join(folder, 'checkpoints') },
    }
    const { content } = await interrupted(folder, { storage })
    await using cluster = createTestCluster()
    const { service } = cluster.master({ storage })
    expect((await service.runningJobs()).total).toBe(0)
    await service.submit({ content, jobId: '5', isStartWithSavePoint: true })
    expect((await ended(service, '5'))!.jobStatus).toBe('FINISHED')
    expect(await readIds(folder)).toEqual(ALL_IDS)
  })
})

test('a job whose snapshot is lost fails with a sentence, and never goes on wrongly', async () => {
  await withFolder(async (folder) => {
    const { maps } = await interrupted(folder, {})
    maps.inside.get('engine_checkpointChunks')!.clear()
    await using cluster = createTestCluster(20, maps)
    const { service } = cluster.master()
    const info = (await ended(service, '5'))!
    expect(info.jobStatus).toBe('FAILED')
    expect(info.errorMsg).toMatch(/^CKP-005 The checkpoint 5\/.* is lost/)
  })
})

test('a job that ended is not started again by what a split brings back', async () => {
  await using cluster = createTestCluster()
  const first = cluster.master()
  await first.service.submit({ content: hocon(slowJob()), jobId: '5' })
  await until('it runs', async () => (await first.service.jobInfo('5'))!.jobStatus === 'RUNNING')
  const copies = [...cluster.maps.inside].map(([name, map]) => [name, new Map(map)] as const)
  await first.service.stop('5', { savepoint: false, force: false })
  await ended(first.service, '5')
  for (const [name, map] of copies) {
    for (const [key, value] of map) {
      const present = cluster.maps.inside.get(name)!
      if (!present.has(key)) present.set(key, value)
    }
  }
  first.member.isMaster = false
  const second = cluster.master()
  expect((await second.service.runningJobs()).total).toBe(0)
  expect((await second.service.jobInfo('5'))!.jobStatus).toBe('CANCELED')
  expect(cluster.maps.inside.get('engine_runningJobInfo')!.size).toBe(0)
})
