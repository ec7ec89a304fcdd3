import type { HttpCredentials, HttpSettings } from '../../../members/http/index.ts'
import type { MemberSettings } from '../../../members/settings.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'
import type { FlagSpec, FlagSpecs } from '../command.ts'
import { settingsReader, shownSettings } from '../configuration/effective.ts'
import { type ConfigurationOptions, loadConfiguration } from '../configuration/load.ts'
import { httpSettings, memberSettings, readTls } from './settings.ts'

export const roleFlag = {
  kind: 'text',
  short: 'r',
  placeholder: 'ROLE',
  description: 'masters hold state and can be elected, workers run jobs',
  values: ['master', 'worker', 'master_and_worker'],
  defaultValue: 'master_and_worker',
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
  readonly http: HttpSettings
  /** Where a member with this configuration would be asked. */
  readonly client: {
    readonly url: string
    readonly credentials: HttpCredentials
    readonly tls: Tls | undefined
  }
  /** The effective configuration with the origin of each value, without secrets. */
  readonly configuration: () => ReturnType<typeof shownSettings>
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
      'set tidegate.bind-address (0.0.0.0 for all) and tidegate.secret.',
  ]
}

/** SeaTunnel's default is known to everybody. */
const DEFAULT_PASSWORD = 'admin'

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

/** Reads the configuration of a member. Throws CLI-001, CFG-001 to CFG-005, HST-001. */
export const loadSetup = async (
  host: Host,
  options: ConfigurationOptions,
): Promise<MemberSetup> => {
  const { settings, warnings, notices } = await loadConfiguration(host, options)
  const reader = settingsReader(settings)
  const tls = await readTls(host, reader)
  const member = memberSettings(reader, options.role, tls)
  const http = httpSettings(reader, tls)
  return {
    clusterName: member.clusterName,
    member,
    http,
    client: { url: urlOf(http), credentials: http.credentials, tls: http.listeners[0]?.tls },
    configuration: () => shownSettings(settings),
    warnings: [
      ...warnings.map(formatDiagnostic),
      ...notices,
      ...reachWarnings(member),
      ...passwordWarnings(http),
    ],
  }
}
