import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createLan, lanProblem, type Lan } from './lan.ts'
import {
  addressesOf,
  areOne,
  listed,
  type MemberOptions,
  type RunningMember,
  type Settings,
  startMember,
  until,
} from './running.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: members in network namespaces (${problem})`)

describe.skipIf(problem !== undefined)('two members', () => {
  let lan: Lan
  let running: RunningMember[] = []
  beforeAll(() => {
    lan = createLan(3)
  })
  afterAll(() => lan[Symbol.asyncDispose]())
  afterEach(async () => {
    for (const member of running.splice(0)) await member[Symbol.asyncDispose]()
  })

  const start = (index: number, options: MemberOptions): RunningMember => {
    const member = startMember(lan.machines[index]!, options)
    running.push(member)
    return member
  }
  const startTwo = async (settings: Settings): Promise<readonly RunningMember[]> => {
    const two = [start(0, { settings }), start(1, { settings })]
    await Promise.all(two.map(({ ready }) => ready))
    await until('one cluster', 10_000, () => areOne(two))
    return two
  }

  test('keep apart from a cluster of another name', async () => {
    const settings = listed(lan.machines)
    const two = await startTwo(settings)
    const other = start(2, { settings: { ...settings, 'hazelcast.cluster-name': 'other' } })
    await other.ready
    const alone = await other.cluster()
    expect(alone?.clusterName).toBe('other')
    expect(addressesOf(alone)).toHaveLength(1)
    await until('the two as they were', 5000, () => areOne(two))
  }, 40_000)

  test.each([
    ['a wrong secret', { 'tidegate.cluster-secret': 'a guess' }],
    ['no secret', {}],
  ] as const)(
    'do not let in a member with %s',
    async (_, guess) => {
      const settings = listed(lan.machines)
      const secret = 'the secret of these two'
      const two = await startTwo({ ...settings, 'tidegate.cluster-secret': secret })
      const intruder = start(2, { settings: { ...settings, ...guess } })
      const why = await intruder.ready.then(
        () => 'it was ready',
        (thrown: Error) => thrown.message,
      )
      expect(why).toContain('NET-002')
      expect(await intruder.exited).not.toBe(0)
      await until('the two as they were', 5000, () => areOne(two))
      for (const member of [...two, intruder]) expect(member.log()).not.toContain(secret)
    },
    40_000,
  )
})
