import { expect, test } from 'bun:test'
import { DEFAULT_GRID } from '../../../members/grid/index.ts'
import { openMemberGrid } from '../../../members/grid/memberGrid.ts'
import type { Member } from '../../../members/member/index.ts'
import { storeSettings } from '../../contract/mapStoreContract.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { startCluster } from '../membership/cluster.ts'

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (thrown: { code?: string }) => thrown.code ?? String(thrown),
  )

const properties = { type: 'local', namespace: '/kept' }
const settings = {
  ...DEFAULT_GRID,
  maps: { kept: { mapStore: storeSettings({ properties }) } },
}

/** A master that keeps a map; after each boot `grid` is the new one. */
const startKeeper = async (world: SimWorld) => {
  const told: string[] = []
  const [node] = startCluster(world, { masters: 1 })
  let member: Member | undefined
  const open = async () => {
    await world.until('a member', () => (node!.member ?? member) !== member, 60_000)
    member = node!.member
    return openMemberGrid({
      host: node!.machine.host,
      member: node!.member!,
      clusterName: 'dev',
      settings,
      note: (level, text) => told.push(`${level} ${text}`),
      leave: () => node!.member!.leave(),
    })
  }
  return { machine: node!.machine, told, open }
}

test('a full disk refuses writes and says so, reads go on, and so do writes when there is room', () =>
  simulate(1, async (world) => {
    const { machine, told, open } = await startKeeper(world)
    const grid = await open()
    const map = grid.map<string, string>('kept')
    await map.set('a', 'before')
    machine.disk.faults.capacityBytes = machine.disk.usedBytes() + 200
    const outcomes: string[] = []
    for (let at = 0; at < 6; at += 1)
      outcomes.push(await codeOf(map.set(`full ${at}`, 'x'.repeat(90))))
    expect(outcomes.at(-1)).toBe('GRD-040')
    expect(grid.persistence()).toBe('refusing')
    expect(told.some((line) => line.startsWith('error') && line.includes('HST-003'))).toBe(true)
    expect(await map.get('a')).toBe('before')
    machine.disk.faults.capacityBytes = Number.POSITIVE_INFINITY
    await world.until('well', () => grid.persistence() === 'well', 10_000)
    await map.set('b', 'after')
    machine.crash()
    machine.restart()
    const again = (await open()).map<string, string>('kept')
    expect(await again.get('a')).toBe('before')
    expect(await again.get('b')).toBe('after')
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome === 'done') expect(await again.get(`full ${at}`)).toBe('x'.repeat(90))
    }
  }))

test('a log stays short however often its entries are written, and stands for all of them', () =>
  simulate(1, async (world) => {
    const { machine, open } = await startKeeper(world)
    const map = (await open()).map<string, string>('kept')
    const value = 'x'.repeat(50_000)
    let mostBytes = 0
    for (let round = 0; round < 60; round += 1) {
      await map.putAll(
        new Map(Array.from({ length: 40 }, (_, at) => [`k${at}`, `${round}${value}`])),
      )
      mostBytes = Math.max(mostBytes, machine.disk.usedBytes())
      await world.sleep(200)
    }
    // 120 MB were written; without removing what is old all of them would be there.
    expect(mostBytes).toBeLessThan(80_000_000)
    machine.crash()
    machine.restart()
    const again = (await open()).map<string, string>('kept')
    expect(await again.size()).toBe(40)
    expect(await again.get('k7')).toBe(`59${value}`)
  }))

test('a member that closes while it writes drops nothing of what it keeps', () =>
  simulate(1, async (world) => {
    const { machine, open } = await startKeeper(world)
    const grid = await open()
    const map = grid.map<string, number>('kept')
    const acknowledged: string[] = []
    // From here on it serves.
    await map.set('first', 0)
    for (let at = 0; at < 100; at += 1) {
      map.set(`k${at}`, at).then(
        () => acknowledged.push(`k${at}`),
        () => {},
      )
      if (at % 10 === 9) await world.sleep(0.3)
    }
    await grid.stop()
    machine.crash()
    machine.restart()
    const again = (await open()).map<string, number>('kept')
    expect(acknowledged.length).toBeGreaterThan(0)
    expect((await again.getAll(acknowledged)).size).toBe(acknowledged.length)
  }))
