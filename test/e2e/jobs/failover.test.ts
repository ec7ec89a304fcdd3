import { expect, test } from 'bun:test'
import { createProcessCluster, type ProcessCluster } from './cluster.ts'
import { createFileJob, until, type FileJob } from './files.ts'
import type { Role } from './spawning.ts'

const ROWS = 4000

const ROLES = ['master', 'master', 'master', 'worker', 'worker'] as const

/** Every worker gets some of the tasks. */
const SPREAD = [
  'seatunnel.engine.slot-service.dynamic-slot=false',
  'seatunnel.engine.slot-service.slot-num=8',
  'seatunnel.engine.slot-service.slot-allocation-strategy=SLOT_RATIO',
]

const withJob = async (
  roles: readonly Role[],
  work: (cluster: ProcessCluster, job: FileJob, jobId: string) => Promise<void>,
): Promise<void> => {
  await using job = await createFileJob({
    rows: ROWS,
    rowsPerFile: 20,
    env: 'parallelism = 2, read_limit.rows_per_second = 500',
  })
  await using cluster = createProcessCluster({ settings: SPREAD })
  try {
    for (const role of roles) await cluster.start(role)
    const content = { text: job.text, format: 'hocon' as const, file: 'job.conf', variables: {} }
    const { jobId } = await cluster.call('submit', { content })
    await until('rows come', async () => (await job.written()).length > 200)
    await work(cluster, job, jobId)
    const info = (await cluster.call('ended', jobId))!
    expect(info.errorMsg).toBeNull()
    expect(info.jobStatus).toBe('FINISHED')
    expect(await job.written()).toEqual(Array.from({ length: ROWS }, (_, id) => id))
  } catch (thrown) {
    console.log(cluster.logs())
    throw thrown
  }
}

const nextRowMs = async (job: FileJob): Promise<number> => {
  const before = (await job.written()).length
  return Math.round(await until('more rows', async () => (await job.written()).length > before))
}

test('the active master is killed: no task starts again, and each row comes once', async () => {
  await withJob(ROLES, async (cluster, job, jobId) => {
    const master = await cluster.activeMaster()
    cluster.kill(master)
    console.log(`rows were committed again ${await nextRowMs(job)} ms after the master was killed`)
    const events = (await cluster.call('events', jobId))!
    expect(events.filter(({ pipelineStatus }) => pipelineStatus === 'DEPLOYING')).toHaveLength(1)
  })
}, 90_000)

test('a worker is killed: the job goes on without it, and each row comes once', async () => {
  await withJob(ROLES, async (cluster, job, jobId) => {
    const worker = cluster.members.find(({ role }) => role === 'worker')!
    cluster.kill(worker)
    const isTold = async () => (await cluster.call('failures', jobId))!.length > 0
    const toldMs = Math.round(await until('the failure is told', isTold))
    console.log(
      `told ${toldMs} ms after the kill, and rows committed ${await nextRowMs(job)} ms later`,
    )
    const failures = (await cluster.call('failures', jobId))!
    // Its host is one of its own where the test may make some.
    const member = expect.stringContaining(':')
    expect(failures).toMatchObject([{ code: 'JOB-021', member }])
  })
}, 90_000)

test('a master that runs tasks too is killed, and each row comes once', async () => {
  const roles = ['master_and_worker', 'master_and_worker', 'master_and_worker'] as const
  await withJob(roles, async (cluster, job) => {
    const master = await cluster.activeMaster()
    cluster.kill(master)
    console.log(`rows were committed again ${await nextRowMs(job)} ms after it was killed`)
  })
}, 90_000)
