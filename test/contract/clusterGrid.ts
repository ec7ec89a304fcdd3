import { DEFAULT_CLIENT } from '../../members/grid/client/index.ts'
import { connectGrid, DEFAULT_GRID, type Grid, openMemberGrid } from '../../members/grid/index.ts'
import { type Member, startMember } from '../../members/member/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../members/settings.ts'
import { createRealHost } from '../../runtime/host/index.ts'
import { CONTRACT_SETTINGS } from './gridStructures.ts'
import type { SuiteGrid } from './structures/suite.ts'
import { freePorts } from '../servers/freePorts.ts'

const CLUSTER_NAME = 'contract'

const settingsOf = (addresses: readonly string[], port: number): MemberSettings => ({
  ...DEFAULT_MEMBER_SETTINGS,
  clusterName: CLUSTER_NAME,
  network: { ...DEFAULT_MEMBER_SETTINGS.network, port, portAutoIncrement: false },
  join: {
    ...DEFAULT_MEMBER_SETTINGS.join,
    tcpIp: { ...DEFAULT_MEMBER_SETTINGS.join.tcpIp, enabled: true, members: [...addresses] },
  },
})

/** Starts one after the other, so that the second joins the first. */
const startMembers = async (ports: readonly number[]): Promise<Member[]> => {
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  const members: Member[] = []
  for (const port of ports) {
    members.push(await startMember(createRealHost(), settingsOf(addresses, port)))
  }
  return members
}

const isDone = async (look: () => Promise<boolean>): Promise<void> => {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 10))
}

const gridOf = (grid: Grid, connect: () => Promise<Grid>): SuiteGrid => ({
  map: (name) => grid.map<string, string>(name),
  multiMap: (name) => grid.multiMap<string, string>(name),
  queue: (name) => grid.queue<string>(name),
  list: (name) => grid.list<string>(name),
  set: (name) => grid.set<string>(name),
  ringbuffer: (name) => grid.ringbuffer<string>(name),
  topic: (name) => grid.topic<string>(name),
  reliableTopic: (name) => grid.reliableTopic<string>(name),
  lock: (name) => grid.lock(name),
  atomicLong: (name) => grid.atomicLong(name),
  flakeIds: (name) => grid.flakeIdGenerator(name),
  nowMs: () => Date.now(),
  elapse: async () => {},
  another: async () => gridOf(await connect(), connect),
  leave: () => grid.close(),
})

export interface ClusterGrid {
  readonly grid: SuiteGrid
  close(): Promise<void>
}

/** Two members on real sockets, used by clients. */
export const startClusterGrid = async (): Promise<ClusterGrid> => {
  const ports = freePorts(2)
  const members = await startMembers(ports)
  const grids = members.map((member) =>
    openMemberGrid({
      host: createRealHost(),
      member,
      clusterName: CLUSTER_NAME,
      settings: { ...DEFAULT_GRID, ...CONTRACT_SETTINGS },
      leave: () => member.leave(),
    }),
  )
  const clients: Grid[] = []
  const connect = async (): Promise<Grid> => {
    const settings = {
      ...DEFAULT_CLIENT,
      reliableTopics: CONTRACT_SETTINGS.reliableTopics,
      clusterName: CLUSTER_NAME,
      members: ports.map((port) => `127.0.0.1:${port}`),
    }
    const client = await connectGrid(createRealHost(), settings)
    clients.push(client)
    return client
  }
  await isDone(async () => (await Promise.all(grids.map((grid) => grid.isSafe()))).every(Boolean))
  return {
    grid: gridOf(await connect(), connect),
    async close() {
      for (const client of clients) await client.close()
      for (const grid of grids) await grid.close()
    },
  }
}
