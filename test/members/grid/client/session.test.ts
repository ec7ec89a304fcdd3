import { describe, expect, test } from 'bun:test'
import { openClientDesk } from '../../../../members/grid/client/desk.ts'
import { openSession, type ClientSession } from '../../../../members/grid/client/session.ts'
import { type ClientSettings, DEFAULT_CLIENT } from '../../../../members/grid/client/settings.ts'
import type { Member, MemberEvent } from '../../../../members/member/index.ts'
import type { PartitionRow } from '../../../../members/grid/table/index.ts'
import { simulate, type SimWorld } from '../../../sim/host/index.ts'
import { liveMembers, type Node, PORT, startCluster } from '../../../sim/membership/cluster.ts'
import { codeOf } from '../../wire/members.ts'

const VERSIONS = { oldest: 1, newest: 1 }
const PARTITIONS = 5

type RowListener = (partition: number, row: PartitionRow, before: PartitionRow | undefined) => void

type LostListener = (event: { readonly partition: number; readonly version: number }) => void

/** A table that a test writes. */
const createTable = () => {
  const rows: PartitionRow[] = []
  const listeners = new Set<RowListener>()
  const lostListeners = new Set<LostListener>()
  return {
    partitionCount: PARTITIONS,
    row: (partition: number) => rows[partition],
    onRow: (listener: RowListener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    isSafe: () => true,
    onPartitionLost: (listener: LostListener) => {
      lostListeners.add(listener)
      return () => lostListeners.delete(listener)
    },
    lose: (partition: number) => {
      for (const listener of lostListeners) listener({ partition, version: 1 })
    },
    set: (partition: number, version: number, ...replicas: string[]) => {
      const before = rows[partition]
      rows[partition] = { version, replicas, next: undefined }
      for (const listener of listeners) listener(partition, rows[partition], before)
    },
  }
}

type Table = ReturnType<typeof createTable>

const startAll = async (world: SimWorld, masters: number) => {
  const nodes = startCluster(world, { masters })
  await until(world, () => liveMembers(nodes).length === masters)
  await until(world, () => liveMembers(nodes).every((each) => each.members().length === masters))
  const table = createTable()
  for (const member of liveMembers(nodes))
    openClientDesk({ member, table, clientKinds: [], statistics: () => [] })
  return { nodes, table }
}

const settings: ClientSettings = {
  ...DEFAULT_CLIENT,
  clusterName: 'dev',
  secret: 'a secret',
  members: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
}

const open = (
  world: SimWorld,
  change: Partial<ClientSettings> = {},
  machine = 'desk',
): Promise<ClientSession> =>
  openSession(world.machine(machine).host, { ...settings, ...change }, VERSIONS)

const until = (world: SimWorld, condition: () => boolean): Promise<void> =>
  world.until(condition.toString(), condition, 300_000)

const idOf = (node: Node): string => node.member!.self.id

const rowsOf = ({ cluster }: ClientSession): (number | undefined)[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => cluster.table().row(partition)?.version)

describe('the session of a client', () => {
  test('knows the members and the table, and every change', async () => {
    await simulate(1, async (world) => {
      const { nodes, table } = await startAll(world, 2)
      table.set(0, 10, idOf(nodes[0]!))
      const session = await open(world)
      const { cluster } = session
      expect(cluster.table().partitionCount).toBe(PARTITIONS)
      expect(cluster.members().map(({ id }) => id)).toEqual(nodes.map(idOf))
      expect(cluster.addressOf(idOf(nodes[1]!))).toEqual({ host: '10.0.0.2', port: PORT })
      expect(rowsOf(session)).toEqual([10, undefined, undefined, undefined, undefined])
      const changes: string[] = []
      cluster.table().onRow((partition, { version }, before) => {
        changes.push(`${partition}: ${before?.version} -> ${version}`)
      })
      table.set(0, 11, idOf(nodes[1]!))
      table.set(3, 12, idOf(nodes[1]!))
      await until(world, () => changes.length === 2)
      expect(changes).toEqual(['0: 10 -> 11', '3: undefined -> 12'])
      const lost: [number, number | undefined][] = []
      cluster.onPartitionLost((partition, row) => lost.push([partition, row?.version]))
      table.lose(3)
      await until(world, () => lost.length === 1)
      expect(lost).toEqual([[3, 12]])
      cluster.table().adopt(3, { version: 9, replicas: [], next: undefined })
      expect(rowsOf(session)[3]).toBe(12)
      await session.close()
      expect(session.closedBy()?.code).toBe('GRD-051')
    })
  })

  test('goes to another member when its own is gone, and misses nothing', async () => {
    await simulate(2, async (world) => {
      const { nodes, table } = await startAll(world, 3)
      const session = await open(world)
      const states: string[] = []
      session.onState((state) => states.push(state))
      for (const at of [0, 1, 2]) {
        const lost = states.length
        const home = session.messenger.connected()[0]!.address.host
        const node = nodes.find(({ machine }) => machine.address === home)!
        node.machine.kill()
        table.set(at, 20 + at, 'somebody')
        if (at === 2) break
        await until(world, () => states.length === lost + 2)
        expect(rowsOf(session)[at]).toBe(20 + at)
      }
      await until(world, () => session.state() === 'closed')
      expect(states).toEqual(['lost', 'connected', 'lost', 'connected', 'lost', 'closed'])
      expect(session.closedBy()?.code).toBe('GRD-050')
      await session.close()
    })
  })

  test('notices a member that does not answer any more', async () => {
    await simulate(3, async (world) => {
      const { nodes } = await startAll(world, 2)
      const session = await open(world, { heartbeatTimeoutMs: 3000 })
      const home = session.messenger.connected()[0]!.address.host
      nodes.find(({ machine }) => machine.address === home)!.machine.pause()
      await until(world, () => session.state() === 'lost')
      await until(world, () => session.state() === 'connected')
      expect(session.messenger.connected()[0]!.address.host).not.toBe(home)
      await session.close()
    })
  })

  test('is sent to another member by one that has to join anew', async () => {
    await simulate(8, async (world) => {
      const nodes = startCluster(world, { masters: 2 })
      await until(world, () => liveMembers(nodes).length === 2)
      const table = createTable()
      const listeners: ((event: MemberEvent) => void)[] = []
      for (const member of liveMembers(nodes)) {
        const onEvent: Member['onEvent'] = (listener) => {
          listeners.push(listener)
          return member.onEvent(listener)
        }
        const watched: Member = { ...member, onEvent }
        openClientDesk({ member: watched, table, clientKinds: [], statistics: () => [] })
      }
      const session = await open(world)
      const states: string[] = []
      session.onState((state) => states.push(state))
      for (const tell of listeners) tell({ kind: 'reset', reason: 'a test' })
      await until(world, () => states.length === 2)
      expect(states).toEqual(['lost', 'connected'])
      await session.close()
    })
  })

  test('waits for a cluster as long as it is told, and gives up with one sentence', async () => {
    await simulate(4, async (world) => {
      const retry = { ...settings.retry, clusterConnectTimeoutMs: 20_000 }
      const startMs = world.nowMs()
      expect(await codeOf(open(world, { retry }))).toBe('GRD-050')
      expect(world.nowMs() - startMs).toBeGreaterThanOrEqual(20_000)
      expect(world.nowMs() - startMs).toBeLessThan(60_000)
    })
  })

  test('is refused at once with a wrong secret or cluster name', async () => {
    await simulate(5, async (world) => {
      await startAll(world, 1)
      expect(await codeOf(open(world, { members: ['10.0.0.1'], secret: 'guess' }))).toBe('NET-002')
      expect(await codeOf(open(world, { members: ['10.0.0.1'], clusterName: 'x' }, 'other'))).toBe(
        'NET-001',
      )
    })
  })

  test('ends with its last connection where it must not reconnect', async () => {
    await simulate(6, async (world) => {
      const { nodes } = await startAll(world, 1)
      const session = await open(world, { reconnectMode: 'OFF', members: ['10.0.0.1'] })
      nodes[0]!.machine.kill()
      await until(world, () => session.state() === 'closed')
      expect(session.closedBy()?.code).toBe('GRD-050')
    })
  })

  test('takes a cluster that was started anew for what it is', async () => {
    await simulate(7, async (world) => {
      const { nodes, table } = await startAll(world, 1)
      table.set(0, 50, idOf(nodes[0]!))
      const session = await open(world, { members: ['10.0.0.1'] })
      const before = session.cluster.clusterId
      const killed = nodes[0]!.member
      nodes[0]!.machine.kill()
      nodes[0]!.machine.restart()
      await until(world, () => ![undefined, killed].includes(nodes[0]!.member))
      const fresh: Table = createTable()
      fresh.set(0, 7, idOf(nodes[0]!))
      openClientDesk({
        member: nodes[0]!.member!,
        table: fresh,
        clientKinds: [],
        statistics: () => [],
      })
      await until(world, () => session.cluster.clusterId !== before)
      expect(rowsOf(session)[0]).toBe(7)
      await session.close()
    })
  })
})
