import packageFile from '../../../package.json' with { type: 'json' }
import {
  DEFAULT_HTTP_SETTINGS,
  type HttpCredentials,
  type HttpSettings,
} from '../../../members/http/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { FlagSpec, FlagSpecs } from '../command.ts'
import type { Log } from './log.ts'

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
    kind: 'text',
    placeholder: 'FILE',
    description: 'the configuration, instead of the files that are looked for',
  },
  set: {
    kind: 'list',
    short: 's',
    placeholder: 'KEY=VALUE',
    description: 'one setting, such as hazelcast.network.port.port=5811; wins over all files',
  },
  cluster: {
    kind: 'text',
    short: 'cn',
    placeholder: 'NAME',
    description: 'the name of the cluster; wins over the configuration',
  },
} as const satisfies FlagSpecs

export interface SetupOptions {
  readonly role: MemberSettings['role']
  readonly config: string | undefined
  readonly set: readonly string[]
  readonly cluster: string | undefined
}

/** Everything that a member is started with. */
export interface MemberSetup {
  readonly clusterName: string
  readonly member: MemberSettings
  readonly http: HttpSettings
  /** Where a member with this configuration would be asked. */
  readonly client: { readonly url: string; readonly credentials: HttpCredentials }
  /** The effective configuration with the origin of each value, without secrets. */
  readonly configuration: () => unknown
}

export const loadSetup = async (
  _host: Host,
  options: SetupOptions,
  _log: Log,
): Promise<MemberSetup> => {
  const given = new Map(
    options.set.map((setting) => {
      const at = setting.indexOf('=')
      if (at < 0) throw new EngineError('CLI-001', `${setting} is not KEY=VALUE.`)
      return [setting.slice(0, at), setting.slice(at + 1)] as const
    }),
  )
  const number = (key: string, fallback: number): number => Number(given.get(key) ?? fallback)
  const defaults = DEFAULT_MEMBER_SETTINGS
  const clusterName = options.cluster ?? given.get('hazelcast.cluster-name') ?? 'seatunnel'
  const list = given.get('hazelcast.network.join.tcp-ip.member-list')
  const multicast = given.get('hazelcast.network.join.multicast.enabled')
  const httpPort = number('seatunnel.engine.http.port', 8080)
  const portRange = given.get('seatunnel.engine.http.enable-dynamic-port') === 'true' ? 100 : 0
  return {
    clusterName,
    member: {
      ...defaults,
      role: options.role,
      secret: given.get('tidegate.secret') ?? '',
      heartbeatIntervalSeconds: number(
        'hazelcast.properties.hazelcast.heartbeat.interval.seconds',
        5,
      ),
      maxNoHeartbeatSeconds: number('hazelcast.properties.hazelcast.max.no.heartbeat.seconds', 60),
      mergeFirstRunDelaySeconds: number(
        'hazelcast.properties.hazelcast.merge.first.run.delay.seconds',
        300,
      ),
      mergeNextRunDelaySeconds: number(
        'hazelcast.properties.hazelcast.merge.next.run.delay.seconds',
        120,
      ),
      programVersion: packageFile.version,
      clusterName,
      network: {
        ...defaults.network,
        interfaces: {
          enabled: given.get('hazelcast.network.interfaces.enabled') === 'true',
          patterns: given.get('hazelcast.network.interfaces.interfaces')?.split(',') ?? [],
        },
        insecure: given.get('tidegate.insecure') === 'true',
        port: number('hazelcast.network.port.port', options.role === 'worker' ? 5802 : 5801),
      },
      join: {
        ...defaults.join,
        multicast: {
          ...defaults.join.multicast,
          enabled: multicast === undefined ? undefined : multicast === 'true',
        },
        tcpIp: {
          ...defaults.join.tcpIp,
          enabled: list !== undefined,
          members: list?.split(',') ?? [],
        },
      },
    },
    http: {
      ...DEFAULT_HTTP_SETTINGS,
      listeners: [{ address: { host: '127.0.0.1', port: httpPort }, portRange }],
    },
    client: { url: `http://127.0.0.1:${httpPort}`, credentials: {} },
    configuration: () => Object.fromEntries(given),
  }
}
