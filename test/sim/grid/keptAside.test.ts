import { expect, test } from 'bun:test'
import { DEFAULT_GRID } from '../../../members/grid/index.ts'
import { type MemberGrid, openMemberGrid } from '../../../members/grid/memberGrid.ts'
import { storeSettings } from '../../contract/mapStoreContract.ts'
import { simulateSeeds, type SimWorld } from '../host/index.ts'
import { startCluster } from '../membership/cluster.ts'

const MASTERS = 3
const KEYS = Array.from({ length: 60 }, (_, at) => `key ${at}`)
const WAIT_MS = 120_000

/** Masters that keep all maps; each boot opens its grid anew. */
const startKeepers = async (world: SimWorld) => {
  const grids = new Map<string, MemberGrid>()
  const told: string[] = []
  const nodes = startCluster(world, {
    masters: MASTERS,
    onMember: ({ machine }, member) => {
      const mapStore = storeSettings({ properties: { type: 'local', namespace: '/kept' } })
      const grid = openMemberGrid({
        host: machine.host,
        member,
        clusterName: 'dev',
        settings: { ...DEFAULT_GRID, partitionCount: 11, maps: { default: { mapStore } } },
        leave: () => member.leave(),
      })
      grid.onMerge(({ kind }) => told.push(`${machine.name} ${kind}`))
      grids.set(machine.name, grid)
    },
  })
  const machines = nodes.map(({ machine }) => machine)
  const gridOf = (at: number): MemberGrid => grids.get(machines[at]!.name)!
  const sees = (at: number, count: number): boolean =>
    machines[at]!.isUp && gridOf(at)?.isClusterSafe() && gridOf(at).members().length === count
  const whole = (): Promise<void> =>
    world.until('whole', () => machines.every((_, at) => sees(at, MASTERS)), WAIT_MS)
  await whole()
  return { machines, told, gridOf, sees, whole }
}

test('what a member has set aside is merged though it dies before it could', () =>
  simulateSeeds(5, async (world) => {
    const { machines, told, gridOf, sees, whole } = await startKeepers(world)
    const heal = world.network.partition(machines.slice(0, 1), machines.slice(1))
    const isSplit = (): boolean => sees(0, 1) && sees(1, 2) && sees(2, 2)
    await world.until('both sides go on', isSplit, WAIT_MS)
    for (const key of KEYS) await gridOf(0).map<string, string>('m').set(key, 'small')
    await gridOf(1).map('m').set(KEYS[0]!, 'large')
    heal()
    const merging = `${machines[0]!.name} merging`
    await world.until('it merges', () => told.includes(merging), WAIT_MS)
    machines[0]!.crash()
    const left = await gridOf(1).map('m').getAll(KEYS)
    machines[0]!.restart()
    await world.until('it goes on', () => told.at(-1)?.endsWith('merged') === true, WAIT_MS)
    await whole()
    const found = await gridOf(1).map<string, string>('m').getAll(KEYS)
    world.note(`${left.size} of ${KEYS.length} were there when it died`)
    expect(found.size).toBe(KEYS.length)
    expect(found.get(KEYS[0]!)).toBe('large')
    // It is merged once: another life has nothing to merge.
    told.length = 0
    machines[0]!.crash()
    machines[0]!.restart()
    await whole()
    expect(told).toEqual([])
  }))
