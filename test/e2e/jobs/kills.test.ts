import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresMissing, startPostgres, type PostgresServer } from '../../servers/index.ts'
import { createLan, lanProblem, type Lan } from '../members/lan.ts'
import { createProcessCluster, type ProcessCluster } from './cluster.ts'
import { faultsOf, pick } from './faults.ts'
import { writeIds } from './files.ts'
import { createRowJobs, type RowJob } from './rowJobs.ts'

/** More of them are for longer runs: `KILLS=100 bun test test/e2e/jobs/kills.test.ts`. */
const KILLS = Number(process.env['KILLS'] ?? 6)
/** So many faults, then the jobs stop with a savepoint and go on at another parallelism. */
const KILLS_BEFORE_SAVEPOINT = 3
const ROWS = 5000
const ROWS_PER_FILE = 20
const ROWS_PER_SECOND = 250
const MEMBERS = ['master', 'master', 'master', 'worker', 'worker'] as const

const noLan = lanProblem()
const noPostgres = postgresMissing()
if (noLan !== undefined) console.log(`no link is cut (${noLan})`)
if (noPostgres !== undefined) console.log(`no rows go to PostgreSQL (${noPostgres})`)

let lan: Lan | undefined
let postgres: PostgresServer | undefined
let database: Bun.SQL | undefined
let forwarding: AsyncDisposable | undefined
let folder: string

/** Brings the port of a server on this computer to the loopback of all the others. */
const forward = ({ machines }: Lan, { port, socket }: PostgresServer): AsyncDisposable => {
  const program = `
    const { createServer, connect } = require('node:net')
    createServer((near) => {
      const far = connect(${JSON.stringify(socket)})
      const end = () => { near.destroy(); far.destroy() }
      near.on('error', end).on('close', end).pipe(far).on('error', end).on('close', end).pipe(near)
    }).listen(${port}, '127.0.0.1')`
  const children = machines.map(({ enter }) =>
    Bun.spawn([...enter, process.execPath, '-e', program], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  return {
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map(({ exited }) => exited))
    },
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-kills-'))
  await writeIds(join(folder, 'in'), ROWS, ROWS_PER_FILE)
  if (noLan === undefined) lan = createLan(MEMBERS.length)
  if (noPostgres !== undefined) return
  postgres = await startPostgres({ preparedTransactionsMax: 100 })
  if (lan !== undefined) forwarding = forward(lan, postgres)
  const { port, username, password } = postgres
  database = new Bun.SQL(
    `postgres://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/test`,
  )
}, 60_000)

afterAll(async () => {
  await forwarding?.[Symbol.asyncDispose]()
  await database?.close()
  await postgres?.stop()
  await lan?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Starts a job, or lets it go on from its savepoint; answers with its id. */
const submit = async (
  cluster: ProcessCluster,
  job: RowJob,
  parallelism: number,
  savedId?: string,
): Promise<string> => {
  const text = job.text(parallelism)
  const content = { text, format: 'hocon' as const, file: `${job.name}.conf`, variables: {} }
  const saved = savedId === undefined ? {} : { jobId: savedId, isStartWithSavePoint: true }
  return (await cluster.call('submit', { content, ...saved })).jobId
}

/** One fault after the other while the jobs run; fewer when they end before. */
const disturb = async (
  cluster: ProcessCluster,
  jobIds: readonly string[],
  count: number,
): Promise<string[]> => {
  const done: string[] = []
  while (done.length < count) {
    await Bun.sleep(300 + Math.random() * 700)
    // With one backup, the default, the grid promises to survive one loss after the other.
    await cluster.whole()
    const { data } = await cluster.call('runningJobs')
    if (!jobIds.some((jobId) => data.some((job) => job.jobId === jobId))) break
    done.push(await pick(faultsOf(cluster))(cluster))
  }
  return done
}

/** How a job has ended; an error fails the test. */
const endOf = async (cluster: ProcessCluster, jobId: string): Promise<string> => {
  const { jobName, errorMsg, jobStatus } = (await cluster.call('ended', jobId))!
  expect({ jobName, errorMsg }).toEqual({ jobName, errorMsg: null })
  return jobStatus
}

/** Lets all jobs that still run go on from a savepoint. */
const goOnAt = async (
  cluster: ProcessCluster,
  jobs: readonly RowJob[],
  jobIds: readonly string[],
  parallelism: number,
): Promise<void> => {
  await cluster.whole()
  for (const jobId of jobIds) await cluster.call('stop', jobId, { savepoint: true, force: false })
  for (const [at, jobId] of jobIds.entries()) {
    const status = await endOf(cluster, jobId)
    if (status === 'FINISHED') continue
    expect(status).toBe('SAVEPOINT_DONE')
    await submit(cluster, jobs[at]!, parallelism, jobId)
  }
}

/** Each row, as often as it must be there; answers with the counts in words. */
const check = async (jobs: readonly RowJob[]): Promise<string> => {
  const counts: string[] = []
  for (const { name, mayRepeat, written } of jobs) {
    const ids = await written()
    const distinct = new Set(ids)
    const missing = ROWS - distinct.size
    const repeated = ids.length - distinct.size
    counts.push(`${name}: ${ids.length} rows, ${missing} missing, ${repeated} again`)
    expect({ name, missing }).toEqual({ name, missing: 0 })
    if (!mayRepeat) expect({ name, repeated }).toEqual({ name, repeated: 0 })
  }
  return counts.join('; ')
}

/** All jobs from their start to their end, with faults before and after a savepoint. */
const runRound = async (
  cluster: ProcessCluster,
  jobs: readonly RowJob[],
  killsLeft: number,
): Promise<number> => {
  const jobIds = await Promise.all(jobs.map((job) => submit(cluster, job, 2)))
  const before = await disturb(cluster, jobIds, Math.min(killsLeft, KILLS_BEFORE_SAVEPOINT))
  await goOnAt(cluster, jobs, jobIds, 3)
  const after = await disturb(cluster, jobIds, killsLeft - before.length)
  for (const jobId of jobIds) expect(await endOf(cluster, jobId)).toBe('FINISHED')
  const faults = [...before, 'savepoint', ...after].join(', ')
  console.log(`${before.length + after.length} faults (${faults}): ${await check(jobs)}`)
  return before.length + after.length
}

test(
  `${KILLS} times members are killed, stand still or are cut off, and each row comes once`,
  async () => {
    await using cluster = createProcessCluster({
      machines: lan?.machines,
      settings: [
        'tidegate.masters=3',
        'hazelcast.properties.hazelcast.heartbeat.interval.seconds=1',
        'hazelcast.properties.hazelcast.max.no.heartbeat.seconds=4',
        'hazelcast.properties.hazelcast.merge.first.run.delay.seconds=2',
        'hazelcast.properties.hazelcast.merge.next.run.delay.seconds=2',
      ],
    })
    try {
      await Promise.all(MEMBERS.map((role) => cluster.start(role)))
      for (let round = 1, kills = 0; kills < KILLS; round += 1) {
        const rowsPerSecond = ROWS_PER_SECOND
        const jobs = createRowJobs({ cluster, postgres, database, folder, rowsPerSecond, round })
        kills += await runRound(cluster, jobs, KILLS - kills)
      }
    } catch (thrown) {
      console.log(cluster.logs())
      throw thrown
    }
  },
  60_000 + KILLS * 20_000,
)
