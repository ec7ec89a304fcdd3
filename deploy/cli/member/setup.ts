import type { JobSettings } from '../../../jobs/cluster/index.ts'
import type { HttpCredentials, HttpSettings } from '../../../members/http/index.ts'
import type { GridSettings } from '../../../members/grid/index.ts'
import type { MemberSettings } from '../../../members/settings.ts'
import type { SlotSettings } from '../../../members/slots/index.ts'
import { EngineError, formatDiagnostic } from '../../../runtime/errors/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'
import type { FlagSpec, FlagSpecs } from '../command.ts'
import {
  type DescribedValue,
  describeConfiguration,
  loadConfiguration,
  type LoadedConfiguration,
} from '../../../runtime/settings/index.ts'
import { jobSettings, slotSettings } from './jobSettings.ts'
import type { MemoryLimit } from './memoryLimit.ts'
import {
  configurationOf,
  DEFAULT_PASSWORD,
  gridSettings,
  httpSettings,
  memberSettings,
  readTls,
} from '../../configuration/index.ts'

export const roleFlag = {
  kind: 'text',
  short: 'r',
  placeholder: 'ROLE',
  description: 'masters hold state and can be elected, workers run jobs; both unless configured',
  values: ['master', 'worker', 'master_and_worker'],
} as const satisfies FlagSpec

/** The flags of every verb that reads the configuration of a member. */
export const setupFlags = {
  config: {
    kind: 'list',
    placeholder: 'FILE',
    description: 'read this file instead of those that are looked for; a later one wins',
  },
  set: {
    kind: 'list',
    short: 's',
    placeholder: 'KEY=VALUE',
    description: 'one setting, such as hazelcast.network.port.port=5811; wins over all others',
  },
  cluster: {
    kind: 'text',
    short: 'cn',
    placeholder: 'NAME',
    description: 'the name of the cluster; wins over the configuration',
  },
} as const satisfies FlagSpecs

/** Everything that a member is started with. */
export interface MemberSetup {
  readonly clusterName: string
  readonly member: MemberSettings
  readonly grid: GridSettings
  readonly jobs: JobSettings
  readonly slots: SlotSettings
  /** A job that is forgotten takes its log along. */
  readonly deletesJobLogs: boolean
  /** `classloader-cache-mode`: keep the code of jobs that have ended for the next ones. */
  readonly keepsIdleCode: boolean
  /** How long the others may take to get what this member holds, when it leaves. */
  readonly handOverMs: number
  readonly http: HttpSettings
  readonly memory: MemoryLimit
  /** Where a member with this configuration would be asked. */
  readonly client: {
    readonly url: string
    readonly credentials: HttpCredentials
    readonly tls: Tls | undefined
  }
  /** The effective configuration with the origin of each value, without secrets. */
  readonly configuration: () => readonly DescribedValue[]
  /** What a user should know about the configuration. */
  readonly warnings: readonly string[]
}

const isOwn = (address: string): boolean => /^(\[::1\]|localhost|127\.)/.test(address)

/** Members on other machines cannot reach one that listens on loopback. */
const reachWarnings = ({ network, join }: MemberSettings): readonly string[] => {
  const others = join.tcpIp.enabled ? join.tcpIp.members.filter((member) => !isOwn(member)) : []
  if (others.length === 0 || network.interfaces.enabled || !isOwn(network.bindAddress)) return []
  return [
    `This member listens on ${network.bindAddress} only, where ${others[0]} cannot reach it: ` +
      'set tidegate.bind-address (0.0.0.0 for all) and tidegate.cluster-secret.',
  ]
}

const passwordWarnings = ({ credentials, listeners }: HttpSettings): readonly string[] =>
  credentials.basic?.password === DEFAULT_PASSWORD &&
  listeners.some(({ address }) => !isOwn(address.host))
    ? ['Everybody knows the password admin: set seatunnel.engine.http.basic-auth-password.']
    : []

const urlOf = ({ listeners, contextPath }: HttpSettings): string => {
  const [first] = listeners
  const port = first?.address.port ?? 8080
  const host =
    first === undefined || first.address.host === '0.0.0.0' ? '127.0.0.1' : first.address.host
  return `${first?.tls === undefined ? 'http' : 'https'}://${host}:${port}${contextPath}`
}

export interface SetupOptions {
  /** What the configuration says where it is undefined. */
  readonly role: MemberSettings['role'] | undefined
  readonly config: readonly string[]
  readonly set: readonly string[]
  readonly cluster: string | undefined
}

const load = async (
  host: Host,
  role: MemberSettings['role'],
  options: SetupOptions,
): Promise<LoadedConfiguration> => {
  const { config, set, cluster } = options
  const home = host.environment['SEATUNNEL_HOME']
  const asked = options.role === undefined ? [] : [`tidegate.role=${options.role}`]
  const named = cluster === undefined ? [] : [`hazelcast.cluster-name=${cluster}`]
  return loadConfiguration(host, {
    role,
    folders: ['', 'config', ...(home === undefined ? [] : [`${home}/config`])],
    files: config,
    settings: [...set, ...named, ...asked],
  })
}

/** Reads the configuration of a member. Throws the first of its errors. */
export const loadSetup = async (host: Host, options: SetupOptions): Promise<MemberSetup> => {
  const fallback = 'master_and_worker'
  const first = await load(host, options.role ?? fallback, options)
  const role = options.role ?? first.configuration?.tidegate.role ?? fallback
  // Which of Hazelcast's files is read depends on the role.
  const loaded = role === (options.role ?? fallback) ? first : await load(host, role, options)
  const { diagnostics, notices } = loaded
  if (loaded.configuration === undefined) {
    const { code, message, at } = diagnostics.find(({ severity }) => severity === 'error')!
    throw new EngineError(code, message, { at })
  }
  const configuration = configurationOf(loaded.configuration, role)
  const tls = await readTls(host, configuration)
  const member = memberSettings(configuration, role, tls)
  const http = httpSettings(configuration, tls)
  return {
    clusterName: member.clusterName,
    member,
    grid: gridSettings(configuration),
    jobs: jobSettings(configuration),
    slots: slotSettings(configuration),
    deletesJobLogs: configuration.seatunnel.engine.telemetry.logs['scheduled-deletion-enable'],
    keepsIdleCode: configuration.seatunnel.engine['classloader-cache-mode'] ?? true,
    handOverMs: configuration.hazelcast.properties['hazelcast.graceful.shutdown.max.wait'] * 1000,
    http,
    memory: {
      limitMegabytes: configuration.tidegate['memory-limit-megabytes'],
      snapshotPath: `${configuration.tidegate['data-folder']}/${role}.heapsnapshot`,
    },
    client: { url: urlOf(http), credentials: http.credentials, tls: http.listeners[0]?.tls },
    configuration: () => describeConfiguration({ ...loaded, configuration }),
    warnings: [
      ...diagnostics.map(formatDiagnostic),
      ...notices,
      ...reachWarnings(member),
      ...passwordWarnings(http),
    ],
  }
}
