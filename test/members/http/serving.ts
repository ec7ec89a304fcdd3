import {
  DEFAULT_HTTP_SETTINGS,
  type HttpData,
  type HttpMember,
  type HttpMemberInfo,
  type HttpSettings,
  type MemberHttp,
  type MemberState,
  type MountRoutes,
  startMemberHttp,
} from '../../../members/http/index.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'

/** What a member tells its HTTP port; a test changes it as it goes. */
export interface Facts {
  state: MemberState
  members: HttpMemberInfo[]
  activeMaster: string | undefined
  httpUrls: Record<string, string>
  connections: ReturnType<HttpMember['connections']>
  isSafe: boolean
  persistence: ReturnType<HttpMember['persistence']>
  migrationQueueSize: number
  data: HttpData | undefined
}

export interface Served extends AsyncDisposable {
  readonly id: string
  readonly url: string
  readonly facts: Facts
  readonly bugs: unknown[]
  get(path: string, init?: BunFetchRequestInit): Promise<Response>
}

export const memberInfo = (id: string): HttpMemberInfo => ({
  id,
  address: { host: '127.0.0.1', port: 5801 },
  role: 'master_and_worker',
  version: '0.1.0',
})

export interface ServeOptions {
  readonly id?: string
  /** The host instead of the real one. */
  readonly on?: Host
  readonly settings?: Partial<HttpSettings>
  readonly mounts?: readonly MountRoutes[]
}

export const host = createRealHost()

const onFreePort: HttpSettings = {
  ...DEFAULT_HTTP_SETTINGS,
  listeners: [{ address: { host: '127.0.0.1', port: 0 }, portRange: 0 }],
}

/** Serves the application on a free port, with a member of which the test decides everything. */
export const serve = async (options: ServeOptions = {}): Promise<Served> => {
  const { id = 'one', on = host, settings = {}, mounts = [] } = options
  const bugs: unknown[] = []
  const facts: Facts = {
    state: 'joined',
    members: [memberInfo(id)],
    activeMaster: id,
    httpUrls: {},
    connections: { members: 0, clients: 0 },
    isSafe: true,
    persistence: 'well',
    migrationQueueSize: 0,
    data: undefined,
  }
  const member: HttpMember = {
    id,
    clusterName: 'seatunnel',
    state: () => facts.state,
    members: () => facts.members,
    membersVersion: () => 7,
    activeMaster: () => facts.activeMaster,
    httpUrl: async (asked) => facts.httpUrls[asked],
    connections: () => facts.connections,
    isSafe: () => facts.isSafe,
    persistence: () => facts.persistence,
    migrationQueueSize: () => facts.migrationQueueSize,
    data: () => facts.data,
    configuration: () => ({ 'cluster-name': { value: 'seatunnel', origin: 'default' } }),
  }
  const http: MemberHttp = await startMemberHttp(on, {
    settings: { ...onFreePort, ...settings },
    member,
    mounts,
    onBug: (error) => bugs.push(error),
  })
  const url = http.urls[0]!
  return {
    id,
    url,
    facts,
    bugs,
    get: (path, init) => fetch(url + path, init),
    [Symbol.asyncDispose]: () => http.close(0),
  }
}
