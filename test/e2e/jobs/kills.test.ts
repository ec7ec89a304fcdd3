import { expect, test } from 'bun:test'
import { createProcessCluster, type MemberProcess, type ProcessCluster } from './cluster.ts'
import { createFileJob, until } from './files.ts'

/** More of them are for longer runs: `KILLS=100 bun test test/e2e/jobs/kills.test.ts`. */
const KILLS = Number(process.env['KILLS'] ?? 6)
/** Rows in the time from one kill to the next, so that the job outlives them all. */
const ROWS_A_KILL = 1200
const ROWS = ROWS_A_KILL * KILLS

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!

/** Kills a member, and starts another one in its place. */
const replace = async (cluster: ProcessCluster, member: MemberProcess): Promise<void> => {
  member.kill('SIGKILL')
  await cluster.start(member.role, member.memberPort)
}

const FAULTS: readonly ((cluster: ProcessCluster) => Promise<string>)[] = [
  async (cluster) => {
    await replace(cluster, pick(cluster.members.filter(({ role }) => role === 'worker')))
    return 'worker'
  },
  async (cluster) => {
    await replace(cluster, await cluster.activeMaster())
    return 'master'
  },
  async (cluster) => {
    const worker = pick(cluster.members.filter(({ role }) => role === 'worker'))
    const master = await cluster.activeMaster()
    await Promise.all([replace(cluster, worker), replace(cluster, master)])
    return 'both'
  },
  async (cluster) => {
    const member = pick(cluster.members)
    member.kill('SIGSTOP')
    await Bun.sleep(500 + Math.random() * 1500)
    member.kill('SIGCONT')
    return `pause of a ${member.role}`
  },
]

test(
  `${KILLS} times members are killed or stand still, and each row comes once`,
  async () => {
    await using job = await createFileJob({
      rows: ROWS,
      rowsPerFile: 20,
      env: 'parallelism = 2, read_limit.rows_per_second = 400, job.retry.times = 1000',
    })
    await using cluster = createProcessCluster()
    const log: string[] = []
    try {
      for (let count = 0; count < 3; count += 1) await cluster.start('master')
      for (let count = 0; count < 2; count += 1) await cluster.start('worker')
      const content = { text: job.text, format: 'hocon' as const, file: 'job.conf', variables: {} }
      const { jobId } = await cluster.call('submit', { content })
      for (let count = 0; count < KILLS; count += 1) {
        // The grid keeps one backup: it survives one member, and the next when it is whole again.
        await until('the grid is whole', async () => {
          const whole = await Promise.all(cluster.members.map((member) => member.isWhole()))
          return whole.every((isWhole) => isWhole)
        })
        await Bun.sleep(Math.random() * 500)
        log.push(await pick(FAULTS)(cluster))
      }
      const info = (await cluster.call('ended', jobId))!
      expect(info).toMatchObject({ jobStatus: 'FINISHED', errorMsg: null })
      const written = await job.written()
      const distinct = new Set(written)
      console.log(
        `${log.length} faults (${log.join(', ')}): ${written.length} rows, ` +
          `${ROWS - distinct.size} missing, ${written.length - distinct.size} twice`,
      )
      expect(written).toEqual(Array.from({ length: ROWS }, (_, id) => id))
    } catch (thrown) {
      console.log(log.join(', '))
      for (const member of cluster.members) console.log(member.role, member.pid, member.log())
      throw thrown
    }
  },
  60_000 + KILLS * 20_000,
)
