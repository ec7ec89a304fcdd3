import { describe, expect, test } from 'bun:test'
import { type ClientSettings, DEFAULT_CLIENT } from '../../../../members/grid/client/settings.ts'
import { connectGrid } from '../../../../members/grid/connect.ts'
import type { Grid } from '../../../../members/grid/facade.ts'
import { type MemberGrid, openMemberGrid } from '../../../../members/grid/memberGrid.ts'
import { DEFAULT_GRID, type GridSettings } from '../../../../members/grid/settings.ts'
import { simulate, type SimWorld } from '../../../sim/host/index.ts'
import { codeOf } from '../../wire/members.ts'
import { isWhole, type Node, startCluster } from '../../../sim/membership/cluster.ts'

const WAIT_MS = 300_000

interface Running {
  readonly nodes: readonly Node[]
  readonly grids: readonly MemberGrid[]
}

const startGrids = async (
  world: SimWorld,
  masters: number,
  change: Partial<GridSettings> = {},
): Promise<Running> => {
  const nodes = startCluster(world, { masters })
  await world.until('whole', () => isWhole(nodes), WAIT_MS)
  const settings = { ...DEFAULT_GRID, ...change }
  const grids = nodes.map(({ machine, member }) =>
    openMemberGrid({
      host: machine.host,
      member: member!,
      clusterName: 'dev',
      settings,
      leave: () => member!.leave(),
    }),
  )
  await world.until('safe', () => grids.every((grid) => grid.isClusterSafe()), WAIT_MS)
  return { nodes, grids }
}

const settings: ClientSettings = {
  ...DEFAULT_CLIENT,
  clusterName: 'dev',
  secret: 'a secret',
  members: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
}

const connect = (
  world: SimWorld,
  change: Partial<ClientSettings> = {},
  machine = 'desk',
): Promise<Grid> => connectGrid(world.machine(machine).host, { ...settings, ...change })

describe('a client of the grid', () => {
  test('uses what members use, and they see it', async () => {
    await simulate(1, async (world) => {
      const { grids } = await startGrids(world, 2)
      await using client = await connect(world)
      const map = client.map<string, number>('numbers')
      const keys = Array.from({ length: 100 }, (_, at) => `key-${at}`)
      await Promise.all(keys.map((key, at) => map.set(key, at)))
      expect(await grids[0]!.map('numbers').get('key-7')).toBe(7)
      expect(await grids[1]!.map('numbers').size()).toBe(100)
      const queue = client.queue<string>('tasks')
      const taken = queue.take()
      await grids[1]!.queue('tasks').put('first')
      expect(await taken).toBe('first')
      expect(await client.atomicLong('n').incrementAndGet()).toBe(1n)
      expect(await grids[0]!.atomicLong('n').incrementAndGet()).toBe(2n)
      expect(client.members().map(({ id }) => id)).toEqual(grids[0]!.members().map(({ id }) => id))
      expect(await client.isSafe()).toBe(true)
    })
  })

  test('is counted by the member that tells it of the cluster, as long as it stays', async () => {
    await simulate(11, async (world) => {
      const { grids } = await startGrids(world, 2)
      const clients = (): number => grids.reduce((sum, grid) => sum + grid.activity().clients, 0)
      expect(clients()).toBe(0)
      const owned = grids.map((grid) => grid.activity().partitions)
      expect(owned[0]! + owned[1]!).toBe(DEFAULT_GRID.partitionCount)
      expect(Math.abs(owned[0]! - owned[1]!)).toBeLessThanOrEqual(1)
      const client = await connect(world)
      expect(clients()).toBe(1)
      const before = grids.map((grid) => grid.activity().structures)
      const taken = client.queue<string>('tasks').take()
      const waiting = (): number => grids.reduce((sum, grid) => sum + grid.activity().waiting, 0)
      await world.until('it waits', () => waiting() === 1, WAIT_MS)
      expect(grids.some((grid, at) => grid.activity().structures > before[at]!)).toBe(true)
      const put = grids[0]!.queue('tasks').put('first')
      expect(grids[0]!.activity().underWay).toBe(1)
      await put
      expect(grids[0]!.activity().underWay).toBe(0)
      expect(await taken).toBe('first')
      await client.close()
      await world.until('it is gone', () => clients() === 0, WAIT_MS)
    })
  })

  test('goes on through the loss of an owner, with all that was acknowledged', async () => {
    await simulate(2, async (world) => {
      const { nodes } = await startGrids(world, 3)
      await using client = await connect(world)
      const map = client.map<number, string>('m')
      for (let at = 0; at < 60; at += 1) {
        await map.set(at, `value ${at}`)
        if (at === 30) nodes[1]!.machine.kill()
      }
      for (let at = 0; at < 60; at += 1) expect(await map.get(at)).toBe(`value ${at}`)
    })
  })

  test('hears what others publish, also after the member with the topic is gone', async () => {
    await simulate(3, async (world) => {
      const { nodes, grids } = await startGrids(world, 3)
      await using client = await connect(world)
      const heard: unknown[] = []
      const topic = client.topic<string>('news')
      const listening = await topic.addMessageListener(({ message }) => heard.push(message))
      await grids[0]!.topic('news').publish('one')
      await world.until('one', () => heard.length === 1, WAIT_MS)
      nodes[1]!.machine.kill()
      await world.until('less', () => client.members().length === 2, WAIT_MS)
      for (let at = 0; !heard.includes('end'); at += 1) {
        await grids[0]!.topic('news').publish(at > 20 ? 'end' : at)
        await world.machine(`pause ${at}`).host.clock.sleep(1000)
      }
      expect(heard[0]).toBe('one')
      await listening.cancel()
    })
  })

  test('gives its locks back when it is gone for good', async () => {
    await simulate(4, async (world) => {
      const { grids } = await startGrids(world, 2, { clientCleanupTimeoutMs: 30_000 })
      const machine = world.machine('desk')
      const client = await connectGrid(machine.host, settings)
      await client.lock('door').lock()
      await client.map('m').lock('k')
      machine.kill()
      const startMs = world.nowMs()
      await grids[1]!.lock('door').lock()
      await grids[0]!.map('m').lock('k')
      const waitedMs = world.nowMs() - startMs
      expect(waitedMs).toBeGreaterThan(25_000)
      expect(waitedMs).toBeLessThan(60_000)
    })
  })

  test('knows what each member holds, and when partitions move', async () => {
    await simulate(5, async (world) => {
      const { nodes, grids } = await startGrids(world, 2)
      await using client = await connect(world)
      const map = client.map<number, number>('m')
      for (let at = 0; at < 50; at += 1) await map.set(at, at)
      const sums = (all: Awaited<ReturnType<Grid['statistics']>>) => {
        const found = all.flatMap(({ structures }) => structures)
        return {
          members: all.length,
          owned: found.reduce((sum, { ownedEntries }) => sum + ownedEntries, 0),
          backup: found.reduce((sum, { backupEntries }) => sum + backupEntries, 0),
        }
      }
      const expected = { members: 2, owned: 50, backup: 50 }
      expect(sums(await client.statistics())).toEqual(expected)
      expect(sums(await grids[1]!.statistics())).toEqual(expected)
      const moved: string[] = []
      client.onMigration(({ kind }) => moved.push(kind))
      await grids[0]!.handOver()
      expect(moved).toContain('started')
      expect(moved).toContain('completed')
      nodes[0]!.machine.kill()
      expect(await map.get(7)).toBe(7)
    })
  })

  test('may have so many calls under way', async () => {
    await simulate(6, async (world) => {
      await startGrids(world, 1)
      await using client = await connect(world, { invocationsMax: 2, members: ['10.0.0.1'] })
      const map = client.map('m')
      const calls = await Promise.allSettled([map.get(1), map.get(2), map.get(3)])
      expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    })
  })

  test('waits for a lost cluster, or is refused until it is back, as it is told', async () => {
    await simulate(8, async (world) => {
      const { nodes } = await startGrids(world, 1)
      const members = ['10.0.0.1']
      await using patient = await connect(world, { members })
      await using hasty = await connect(world, { members, reconnectMode: 'ASYNC' }, 'other')
      await patient.map('m').set('a', 1)
      const [{ machine, member }] = nodes as [Node]
      machine.kill()
      await world.sleep(10)
      expect(await codeOf(hasty.map('m').get('a'))).toBe('GRD-051')
      const waiting = patient.map('m').get('a')
      machine.restart()
      await world.until('again', () => ![undefined, member].includes(nodes[0]!.member), WAIT_MS)
      const again = nodes[0]!.member!
      openMemberGrid({
        host: machine.host,
        member: again,
        clusterName: 'dev',
        settings: DEFAULT_GRID,
        leave: () => again.leave(),
      })
      // It was the only member: what it held is gone, the cluster is a new one.
      expect(await waiting).toBeNull()
      for (;;) {
        const code = await codeOf(hasty.map('m').get('a'))
        if (code === 'none') break
        expect(code).toBe('GRD-051')
        await world.sleep(100)
      }
    })
  })

  test('tries again what may have run, where it may', async () => {
    await simulate(9, async (world) => {
      const { nodes } = await startGrids(world, 2)
      const counts = { careful: 0, careless: 0 }
      const careful = await connect(world)
      const careless = await connect(world, { redoOperation: true }, 'other')
      const add = async (grid: Grid, name: keyof typeof counts) => {
        for (let at = 0; at < 40; at += 1) {
          if ((await codeOf(grid.atomicLong('n').incrementAndGet())) === 'GRD-002')
            counts[name] += 1
        }
      }
      const adding = Promise.all([add(careful, 'careful'), add(careless, 'careless')])
      const holder = (await careful.statistics()).find(({ structures }) =>
        structures.some(({ kind, ownedEntries }) => kind === 'atomiclong' && ownedEntries > 0),
      )
      const address = holder?.member.address.host
      nodes.find(({ machine }) => machine.address === address)?.machine.kill()
      await adding
      expect(counts.careless).toBe(0)
      await careful.close()
      await careless.close()
    })
  })

  test('sees a member go that has nobody to hand over to', async () => {
    await simulate(10, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true })
      await world.until('whole', () => isWhole(nodes), WAIT_MS)
      const grids = nodes.map(({ machine, member }) =>
        openMemberGrid({
          host: machine.host,
          member: member!,
          clusterName: 'dev',
          settings: DEFAULT_GRID,
          leave: () => member!.leave(),
        }),
      )
      await world.until('safe', () => grids.every((grid) => grid.isClusterSafe()), WAIT_MS)
      for (const at of [0, 1]) nodes[at]!.machine.kill()
      await world.until('unsafe', () => nodes[2]!.member?.isSafe() === false, WAIT_MS)
      const startMs = world.nowMs()
      expect(await grids[2]!.handOver()).toBe(false)
      expect(world.nowMs() - startMs).toBeLessThan(15_000)
    })
  })
})
