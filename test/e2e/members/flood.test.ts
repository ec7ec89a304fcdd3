import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createLan, lanProblem, type Lan } from './lan.ts'
import {
  areOne,
  MEMBER_PORT,
  multicast,
  type RunningMember,
  startMember,
  until,
} from './running.ts'

const problem = lanProblem()
if (problem !== undefined) console.log(`skipped: members in network namespaces (${problem})`)

const GROUP = '224.2.2.3'
const GROUP_PORT = 54_327
const ROUND_MS = 3000
const ROUNDS = 4
/** What the later floods may add to the memory after the first: noise of the collector, no leak. */
const GROWTH_BYTES_MAX = 16 * 1024 * 1024

describe.skipIf(problem !== undefined)('random bytes on every port', () => {
  let lan: Lan
  let members: readonly RunningMember[] = []
  beforeAll(() => {
    lan = createLan(3)
    members = lan.machines
      .slice(0, 2)
      .map((machine) => startMember(machine, { settings: multicast }))
  })
  afterAll(async () => {
    for (const member of members) await member[Symbol.asyncDispose]()
    await lan[Symbol.asyncDispose]()
  })

  const flood = async (
    from: number,
    address: string,
    ports: readonly number[],
  ): Promise<string> => {
    const script = join(import.meta.dir, 'flood.ts')
    const words = [address, ports.join(','), GROUP, String(GROUP_PORT), String(ROUND_MS)]
    const child = Bun.spawn([...lan.machines[from]!.enter, process.execPath, script, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(await child.exited).toBe(0)
    return new Response(child.stdout).text()
  }

  test('neither stop a member nor make it grow', async () => {
    await Promise.all(members.map(({ ready }) => ready))
    await until('one cluster', 10_000, () => areOne(members))
    const [member] = members
    const sizes: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const noise = await Promise.all([
        flood(2, member!.machine.address, [MEMBER_PORT]),
        flood(0, '127.0.0.1', [8080]),
      ])
      sizes.push(member!.residentBytes())
      console.log(noise.join(' '), `${Math.round(sizes.at(-1)! / 1e6)} MB`)
    }
    expect(Math.min(...sizes.slice(1)) - sizes[0]!).toBeLessThan(GROWTH_BYTES_MAX)
    expect(await areOne(members)).toBe(true)
    const lines = member!.log().split('\n').length
    expect(lines).toBeLessThan(100)
  }, 60_000)
})
