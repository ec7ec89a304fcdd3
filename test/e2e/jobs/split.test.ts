import { expect, test } from 'bun:test'
import type { JobInfo } from '../../../jobs/cluster/index.ts'
import { createLan, lanProblem, type Machine } from '../members/lan.ts'
import {
  areOne,
  listed,
  masterOf,
  MEMBER_PORT,
  type RunningMember,
  startMember,
  until,
} from '../members/running.ts'
import { createFileJob } from './files.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: a job in a split cluster (${problem})`)

const ROWS = 6000

/** Asks the member on a machine over HTTP, from there. */
const ask = async (machine: Machine, path: string, body?: string): Promise<unknown> => {
  const program = `
    const body = await Bun.stdin.text()
    const init = body === '' ? {} : { method: 'POST', body }
    const response = await fetch('http://${machine.address}:8080${path}', init)
    process.stdout.write(await response.text())`
  const child = Bun.spawn([...machine.enter, process.execPath, '-e', program], {
    stdio: [new Blob([body ?? '']), 'pipe', 'ignore'],
  })
  const text = await new Response(child.stdout).text()
  return (await child.exited) === 0 ? JSON.parse(text) : undefined
}

const settings = {
  'hazelcast.properties.hazelcast.heartbeat.interval.seconds': '1',
  'hazelcast.properties.hazelcast.max.no.heartbeat.seconds': '4',
  'hazelcast.properties.hazelcast.merge.first.run.delay.seconds': '2',
  'hazelcast.properties.hazelcast.merge.next.run.delay.seconds': '2',
  'seatunnel.engine.http.enable-http': 'true',
  'tidegate.bind-address': '0.0.0.0',
}

test.skipIf(problem !== undefined)(
  'the active master is cut off: the job goes on with the majority only, and each row comes once',
  async () => {
    await using lan = createLan(3)
    await using job = await createFileJob({
      rows: ROWS,
      rowsPerFile: 20,
      env: 'parallelism = 2, read_limit.rows_per_second = 150',
    })
    const all = { ...listed(lan.machines), ...settings, 'tidegate.masters': '3' }
    const members: RunningMember[] = lan.machines.map((machine) =>
      startMember(machine, { settings: all }),
    )
    try {
      await Promise.all(members.map(({ ready }) => ready))
      await until('one cluster', 20_000, () => areOne(members))
      const { jobId } = (await ask(
        members[0]!.machine,
        '/submit-job?format=hocon',
        job.text,
      )) as JobInfo
      expect(jobId).toBeString()
      await until('rows come', 20_000, async () => (await job.written()).length > 300)
      const { address } = masterOf(await members[0]!.cluster())!
      const master = members.find((each) => address === `${each.machine.address}:${MEMBER_PORT}`)!
      const other = members.find((each) => each !== master)!
      master.machine.cut()
      const before = (await job.written()).length
      const tookMs = await until('more rows', 30_000, async () => {
        const rows = (await job.written()).length
        return rows > before + 300
      })
      console.log(`300 rows more ${Math.round(tookMs)} ms after the cut`)
      await until('the job has ended', 90_000, async () => {
        const info = (await ask(other.machine, `/job-info/${jobId}`)) as JobInfo | undefined
        return info?.jobStatus === 'FINISHED'
      })
      master.machine.heal()
      await until('one cluster again', 40_000, () => areOne(members))
      expect(await job.written()).toEqual(Array.from({ length: ROWS }, (_, id) => id))
      const info = (await ask(master.machine, `/job-info/${jobId}`)) as JobInfo
      expect(info.jobStatus).toBe('FINISHED')
    } catch (thrown) {
      for (const member of members) console.log(member.machine.address, member.log())
      throw thrown
    } finally {
      for (const member of members) await member[Symbol.asyncDispose]()
    }
  },
  240_000,
)
