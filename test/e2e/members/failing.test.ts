import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createLan, lanProblem, type Lan } from './lan.ts'
import {
  addressesOf,
  areOne,
  listed,
  masterOf,
  MEMBER_PORT,
  type RunningMember,
  type Settings,
  startMember,
  until,
} from './running.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: members in network namespaces (${problem})`)

/** Seconds instead of minutes until silence is death and a split is looked for. */
const hasty: Settings = {
  'hazelcast.properties.hazelcast.heartbeat.interval.seconds': '1',
  'hazelcast.properties.hazelcast.max.no.heartbeat.seconds': '4',
  'hazelcast.properties.hazelcast.merge.first.run.delay.seconds': '2',
  'hazelcast.properties.hazelcast.merge.next.run.delay.seconds': '2',
}

describe.skipIf(problem !== undefined)('three masters', () => {
  let lan: Lan
  let members: readonly RunningMember[] = []
  beforeAll(() => {
    lan = createLan(3)
  })
  afterAll(() => lan[Symbol.asyncDispose]())

  const form = async (): Promise<{ master: RunningMember; others: readonly RunningMember[] }> => {
    const settings = { ...listed(lan.machines), ...hasty }
    members = lan.machines.map((machine) => startMember(machine, { settings }))
    await Promise.all(members.map(({ ready }) => ready))
    await until('one cluster', 10_000, () => areOne(members))
    const { address } = masterOf(await members[0]!.cluster())!
    const master = members.find(({ machine }) => address === `${machine.address}:${MEMBER_PORT}`)!
    return { master, others: members.filter((member) => member !== master) }
  }
  afterEach(async () => {
    for (const member of members) await member[Symbol.asyncDispose]()
    for (const machine of lan.machines) machine.heal()
  })

  test('go on without one that stands still, and take it back', async () => {
    const { master, others } = await form()
    master.signal('SIGSTOP')
    const goneMs = await until('a list without it', 10_000, () => areOne(others))
    expect(goneMs).toBeGreaterThan(1000)
    master.signal('SIGCONT')
    const backMs = await until('one cluster again', 20_000, () => areOne(members))
    console.log(`out after ${Math.round(goneMs)} ms, back after ${Math.round(backMs)} ms`)
    expect(masterOf(await master.cluster())!.isLocal).toBe(false)
  }, 60_000)

  test('split with the cable of the master, and are one again with it', async () => {
    const { master, others } = await form()
    master.machine.cut()
    const goneMs = await until('a list without it', 10_000, () => areOne(others))
    await until('a master that is alone', 10_000, async () => {
      const alone = await master.cluster()
      return alone !== undefined && addressesOf(alone).length <= 1
    })
    master.machine.heal()
    const backMs = await until('one cluster again', 30_000, () => areOne(members))
    console.log(`out after ${Math.round(goneMs)} ms, back after ${Math.round(backMs)} ms`)
  }, 80_000)
})
