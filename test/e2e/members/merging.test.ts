import { describe, expect, test } from 'bun:test'
import { COMMAND } from '../tidegate.ts'
import { createLan, lanProblem } from './lan.ts'
import {
  addressesOf,
  areOne,
  listed,
  MEMBER_PORT,
  type RunningMember,
  type Settings,
  startMember,
  until,
} from './running.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: halves in network namespaces (${problem})`)

const settings: Settings = {
  'hazelcast.properties.hazelcast.heartbeat.interval.seconds': '1',
  'hazelcast.properties.hazelcast.max.no.heartbeat.seconds': '4',
  'hazelcast.properties.hazelcast.merge.first.run.delay.seconds': '2',
  'hazelcast.properties.hazelcast.merge.next.run.delay.seconds': '2',
  'hazelcast.map.default.merge-policy.class-name': 'LatestUpdateMergePolicy',
  'tidegate.split-brain-protection': 'false',
}

/** Runs `tidegate map` on the machine of a member, as a client of that member. */
const map = async (member: RunningMember, ...words: readonly string[]): Promise<string> => {
  const { enter, address } = member.machine
  const asked = ['--member', `${address}:${MEMBER_PORT}`]
  const running = Bun.spawn([...enter, ...COMMAND, 'map', ...words, ...asked], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([
    new Response(running.stdout).text(),
    new Response(running.stderr).text(),
  ])
  expect(`${await running.exited} ${err}`).toBe('0 ')
  return out.trim()
}

const KEYS = ['a', 'b', 'c', 'd', 'e']

const write = async (member: RunningMember, prefix: string, value: string): Promise<void> => {
  await Promise.all(KEYS.map((key) => map(member, 'put', 'm', prefix + key, value)))
}

describe.skipIf(problem !== undefined)('two halves of a cluster', () => {
  test('write maps, and have the latest update of each key when they are one again', async () => {
    await using lan = createLan(4)
    const members = lan.machines.map((machine) =>
      startMember(machine, { settings: { ...listed(lan.machines), ...settings } }),
    )
    try {
      await Promise.all(members.map(({ ready }) => ready))
      await until('one cluster', 20_000, () => areOne(members))
      await write(members[0]!, 'before-', 'both')
      for (const machine of lan.machines.slice(2)) machine.plugInto('other')
      const halves = [members.slice(0, 2), members.slice(2)]
      await until('two clusters', 30_000, async () =>
        (await Promise.all(halves.map((half) => areOne(half)))).every(Boolean),
      )
      await write(members[0]!, 'one-', 'one')
      await write(members[3]!, 'two-', 'two')
      await write(members[0]!, 'first-one-', 'old')
      await write(members[3]!, 'first-two-', 'old')
      await write(members[3]!, 'first-one-', 'new')
      await write(members[0]!, 'first-two-', 'new')
      for (const machine of lan.machines) machine.plugInto('hub')
      const tookMs = await until('one cluster again', 60_000, () => areOne(members))
      const merged = (): number => members.filter((each) => / merged \d+ /.test(each.log())).length
      await until('merged', 20_000, () => merged() === 2)
      expect(addressesOf(await members[0]!.cluster())).toHaveLength(4)
      const found = JSON.parse(await map(members[1]!, 'entries', 'm', '--format', 'json')) as {
        readonly key: string
        readonly value: string
      }[]
      const values = Object.fromEntries(found.map(({ key, value }) => [key, value]))
      const expected = KEYS.flatMap((key) => [
        [`before-${key}`, 'both'],
        [`one-${key}`, 'one'],
        [`two-${key}`, 'two'],
        [`first-one-${key}`, 'new'],
        [`first-two-${key}`, 'new'],
      ])
      expect(values).toEqual(Object.fromEntries(expected))
      console.log(`one cluster ${Math.round(tookMs)} ms after the cable was mended`)
    } finally {
      for (const member of members) await member[Symbol.asyncDispose]()
    }
  }, 180_000)
})
