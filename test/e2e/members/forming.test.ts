import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createLan, lanProblem, type Lan } from './lan.ts'
import {
  areOne,
  listed,
  masterOf,
  multicast,
  type RunningMember,
  type Settings,
  startMember,
  until,
} from './running.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: members in network namespaces (${problem})`)

describe.skipIf(problem !== undefined)('three members', () => {
  let lan: Lan
  beforeAll(() => {
    lan = createLan(3)
  })
  afterAll(() => lan[Symbol.asyncDispose]())

  let members: readonly RunningMember[] = []
  const start = (settings: Settings): void => {
    members = lan.machines.map((machine, index) =>
      startMember(machine, { role: index === 2 ? 'worker' : 'master', settings }),
    )
  }
  afterEach(async () => {
    for (const member of members) await member[Symbol.asyncDispose]()
  })

  test.each([
    ['a static list', () => listed(lan.machines)],
    ['multicast', () => multicast],
    ['multicast, when nothing is configured', () => ({})],
  ] as const)(
    'find each other by %s, and the next master follows kill -9',
    async (_, settings) => {
      start(settings())
      await Promise.all(members.map(({ ready }) => ready))
      await until('one cluster', 10_000, () => areOne(members))
      const [first, , worker] = members
      const master = masterOf(await first!.cluster())!
      expect(master.role).toBe('master')
      const killed = members.find(({ machine }) =>
        master.address.startsWith(`${machine.address}:`),
      )!
      const others = members.filter((member) => member !== killed)
      killed.signal('SIGKILL')
      const tookMs = await until('a new master', 5000, () => areOne(others))
      console.log(`a new master after ${Math.round(tookMs)} ms`)
      expect(masterOf(await worker!.cluster())!.address).not.toBe(master.address)
    },
    40_000,
  )

  test('leave one by one without being missed', async () => {
    start(listed(lan.machines))
    await Promise.all(members.map(({ ready }) => ready))
    await until('one cluster', 10_000, () => areOne(members))
    for (const member of members.slice(0, 2)) {
      member.signal('SIGTERM')
      expect(await member.exited).toBe(0)
      expect(member.log()).toContain('ended')
    }
  }, 30_000)
})
