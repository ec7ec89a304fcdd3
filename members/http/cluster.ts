import { Hono } from 'hono'
import { formatAddress } from './addresses.ts'
import type { MemberEnv, MemberMiddleware } from './environment.ts'
import type { HttpMember, HttpMemberInfo } from './member.ts'

/** A member as `GET /members` tells it. */
export interface MemberJson {
  readonly id: string
  readonly address: string
  readonly httpUrl: string | null
  readonly role: HttpMemberInfo['role']
  readonly isActiveMaster: boolean
  readonly isLocal: boolean
  readonly version: string
}

export interface ClusterJson {
  readonly clusterName: string
  readonly membersVersion: number
  readonly activeMaster: string | null
  /** Nothing moves, and every backup is where it should be. */
  readonly isSafe: boolean
  /** Partitions that are to move. */
  readonly migrations: number
  readonly members: readonly MemberJson[]
}

const clusterJson = async (member: HttpMember): Promise<ClusterJson> => {
  const activeMaster = member.activeMaster() ?? null
  const members = member.members()
  const httpUrls = await Promise.all(members.map(({ id }) => member.httpUrl(id)))
  return {
    clusterName: member.clusterName,
    membersVersion: member.membersVersion(),
    activeMaster,
    isSafe: member.isSafe(),
    migrations: member.migrationQueueSize(),
    members: members.map(({ id, address, role, version }, index) => ({
      id,
      address: formatAddress(address),
      httpUrl: httpUrls[index] ?? null,
      role,
      isActiveMaster: id === activeMaster,
      isLocal: id === member.id,
      version,
    })),
  }
}

/** The body of Hazelcast's `/hazelcast/rest/cluster`. */
const hazelcastClusterJson = (member: HttpMember): object => {
  const connections = member.connections()
  return {
    members: member.members().map(({ id, address, role, version }) => ({
      address: `[${address.host}]:${address.port}`,
      liteMember: role === 'worker',
      localMember: id === member.id,
      uuid: id,
      memberVersion: version,
    })),
    connectionCount: connections.clients,
    allConnectionCount: connections.clients + connections.members,
  }
}

/** What the cluster is, as this member sees it; `/cluster` as the active master does. */
export const clusterRoutes = (
  member: HttpMember,
  onlyActiveMaster: MemberMiddleware,
): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/members', async (context) => context.json(await clusterJson(member)))
    .get('/cluster', onlyActiveMaster, async (context) => context.json(await clusterJson(member)))
    .get('/config', (context) => context.json(member.configuration() as object))

/** Hazelcast's endpoint group CLUSTER_READ. */
export const hazelcastCluster = (member: HttpMember): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/cluster', (context) => context.json(hazelcastClusterJson(member)))
    .get('/instance', (context) => context.json({ name: member.clusterName }))
