import { expect, test } from 'bun:test'
import { type ClientSettings, DEFAULT_CLIENT } from '../../../members/grid/client/settings.ts'
import { connectGrid } from '../../../members/grid/connect.ts'
import { DEFAULT_GRID } from '../../../members/grid/index.ts'
import { type MemberGrid, openMemberGrid } from '../../../members/grid/memberGrid.ts'
import { storeSettings } from '../../contract/mapStoreContract.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { startCluster } from '../membership/cluster.ts'

const CLEANUP_MS = 30_000
const SWEEP_MS = 30_000

const settings: ClientSettings = {
  ...DEFAULT_CLIENT,
  clusterName: 'dev',
  secret: 'a secret',
  members: ['10.0.0.1', '10.0.0.2'],
  retry: { ...DEFAULT_CLIENT.retry, clusterConnectTimeoutMs: Infinity },
}

/** Masters that keep the map `kept` with its locks; each boot opens its grid. */
const startKeepers = async (world: SimWorld, masters: number) => {
  const grids = new Map<string, MemberGrid>()
  const nodes = startCluster(world, {
    masters,
    onMember: ({ machine }, member) => {
      const mapStore = storeSettings({ properties: { type: 'local', namespace: '/kept' } })
      const grid = openMemberGrid({
        host: machine.host,
        member,
        clusterName: 'dev',
        settings: {
          ...DEFAULT_GRID,
          partitionCount: 11,
          clientCleanupTimeoutMs: CLEANUP_MS,
          maps: { kept: { mapStore } },
        },
        leave: () => member.leave(),
      })
      grids.set(machine.name, grid)
    },
  })
  const isSafe = (): boolean =>
    grids.size === masters &&
    [...grids.values()].every((grid) => grid.isClusterSafe() && grid.members().length === masters)
  await world.until('safe', isSafe, 60_000)
  const restartAll = async (): Promise<void> => {
    for (const { machine } of nodes) machine.crash()
    grids.clear()
    for (const { machine } of nodes) machine.restart()
    await world.until('safe again', isSafe, 60_000)
  }
  return { first: () => grids.get(nodes[0]!.machine.name)!, restartAll }
}

test('a lock whose owner does not come back after a stop of all is free after a while', () =>
  simulate(1, async (world) => {
    const { first, restartAll } = await startKeepers(world, 2)
    const machine = world.machine('desk')
    const client = await connectGrid(machine.host, settings)
    await client.map('kept').lock('of a client')
    await first().map('kept').lock('of a member')
    machine.kill()
    await restartAll()
    const map = first().map('kept')
    const startMs = world.nowMs()
    expect(await map.isLocked('of a client')).toBe(true)
    expect(await map.isLocked('of a member')).toBe(true)
    await map.lock('of a client')
    await map.lock('of a member')
    const waitedMs = world.nowMs() - startMs
    expect(waitedMs).toBeGreaterThan(CLEANUP_MS - 1000)
    expect(waitedMs).toBeLessThan(CLEANUP_MS + 2 * SWEEP_MS)
  }))

test('who comes back keeps its lock', () =>
  simulate(2, async (world) => {
    const { first, restartAll } = await startKeepers(world, 2)
    await using client = await connectGrid(world.machine('desk').host, settings)
    await client.map('kept').lock('a')
    await restartAll()
    expect(await client.map('kept').isLocked('a')).toBe(true)
    await world.sleep(CLEANUP_MS * 4)
    expect(await first().map('kept').isLocked('a')).toBe(true)
    await client.map('kept').unlock('a')
    expect(await first().map('kept').isLocked('a')).toBe(false)
  }))
