import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_GRID } from '../../../../members/grid/index.ts'
import { type MemberGrid, openMemberGrid } from '../../../../members/grid/memberGrid.ts'
import { startMember } from '../../../../members/member/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../../members/settings.ts'
import { createRealHost } from '../../../../runtime/host/index.ts'
import { storeSettings } from '../../../contract/mapStoreContract.ts'
import { freePorts } from '../../../servers/freePorts.ts'

const CLUSTER = 'folders'
const KEYS = Array.from({ length: 100 }, (_, at) => `key ${at}`)

let namespace = ''
beforeEach(async () => {
  namespace = await mkdtemp(join(tmpdir(), 'tidegate-folders-'))
})
afterEach(() => rm(namespace, { recursive: true, force: true }))

interface Running {
  readonly grid: MemberGrid
  /** Ends at once, as a killed process does, but that what is being written reaches the disk. */
  end(): Promise<void>
}

const settingsOf = (
  port: number,
  ports: readonly number[],
  clusterName: string,
): MemberSettings => ({
  ...DEFAULT_MEMBER_SETTINGS,
  clusterName,
  network: { ...DEFAULT_MEMBER_SETTINGS.network, port, portAutoIncrement: false },
  join: {
    ...DEFAULT_MEMBER_SETTINGS.join,
    multicast: { ...DEFAULT_MEMBER_SETTINGS.join.multicast, enabled: false },
    tcpIp: {
      ...DEFAULT_MEMBER_SETTINGS.join.tcpIp,
      enabled: true,
      members: ports.map((each) => `127.0.0.1:${each}`),
    },
  },
})

/** A member that keeps its maps; after a stop of all it waits for all who held data. */
const start = async (
  port: number,
  ports: readonly number[],
  clusterName = CLUSTER,
): Promise<Running> => {
  const host = createRealHost()
  const mapStore = storeSettings({ properties: { type: 'local', namespace, clusterName: CLUSTER } })
  const member = await startMember(host, settingsOf(port, ports, clusterName))
  const grid = openMemberGrid({
    host,
    member,
    clusterName,
    settings: {
      ...DEFAULT_GRID,
      validationTimeoutSeconds: 3600,
      maps: { default: { mapStore, backupCount: 0 } },
    },
    leave: () => member.leave(),
  })
  const end = async (): Promise<void> => {
    await grid.stop()
    await member.close()
  }
  return { grid, end }
}

const startTwo = (ports: readonly number[]): Promise<Running[]> =>
  Promise.all(ports.map((port) => start(port, ports)))

const endAll = async (running: readonly Running[]): Promise<void> => {
  for (const { end } of running) await end()
}

const becomeSafe = async (running: readonly Running[]): Promise<void> => {
  const isSafe = ({ grid }: Running): boolean =>
    grid.isClusterSafe() && grid.members().length === running.length
  while (!running.every(isSafe)) await Bun.sleep(5)
}

const folders = async (): Promise<string[]> => (await readdir(join(namespace, CLUSTER))).sort()

test('members find again what they kept, in any order and on other ports', async () => {
  const [one, two, three, four] = freePorts(4) as [number, number, number, number]
  const first = await startTwo([one, two])
  await becomeSafe(first)
  for (const key of KEYS) await first[0]!.grid.map('m').set(key, key)
  const before = await folders()
  expect(before).toEqual([`member-${one}`, `member-${two}`].sort())
  await endAll(first)
  for (const ports of [
    [two, one],
    [two, three],
    [three, four],
  ]) {
    const again = await startTwo(ports)
    await becomeSafe(again)
    expect((await again[0]!.grid.map('m').getAll(KEYS)).size).toBe(KEYS.length)
    expect(await folders()).toEqual(before)
    await endAll(again)
  }
})

test('a member whose folder another one uses takes a new one', async () => {
  const [one, two] = freePorts(2) as [number, number]
  const kept = await start(one, [one, two])
  await becomeSafe([kept])
  await kept.grid.map('m').set('a', 1)
  await kept.end()
  // It comes back on another port, and a new one has the port that it had.
  const again = await start(two, [one, two])
  await becomeSafe([again])
  expect(await folders()).toEqual([`member-${one}`])
  const other = await start(one, [one, two])
  await becomeSafe([again, other])
  expect(await folders()).toEqual([`member-${one}`, `member-${one}-2`])
  expect(await other.grid.map('m').get('a')).toBe(1)
  await endAll([other, again])
})

test('members of another cluster that keeps its maps in the same place leave a folder alone', async () => {
  const [one, two] = freePorts(2) as [number, number]
  const first = await start(one, [one])
  await becomeSafe([first])
  await first.grid.map('m').set('a', 1)
  await first.end()
  for (const port of [one, two]) {
    const other = await start(port, [port], 'another cluster')
    await becomeSafe([other])
    expect(await other.grid.map('m').get('a')).toBeNull()
    await other.end()
  }
  expect(await folders()).toEqual([`member-${one}`, `member-${one}-2`])
  const again = await start(two, [two])
  await becomeSafe([again])
  expect(await again.grid.map('m').get('a')).toBe(1)
  await again.end()
})
