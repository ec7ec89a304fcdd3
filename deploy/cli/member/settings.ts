import packageFile from '../../../package.json' with { type: 'json' }
import { DEFAULT_HTTP_SETTINGS, type HttpSettings } from '../../../members/http/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { didYouMean } from '../arguments.ts'

/** The settings that are read, with what holds where nothing is said. */
const DEFAULTS = {
  'hazelcast.cluster-name': 'seatunnel',
  'hazelcast.network.port.port': '',
  'hazelcast.network.port.auto-increment': 'true',
  'hazelcast.network.interfaces.enabled': 'false',
  'hazelcast.network.interfaces.interfaces': '',
  'hazelcast.network.join.tcp-ip.enabled': 'false',
  'hazelcast.network.join.tcp-ip.member-list': '',
  'hazelcast.network.join.multicast.enabled': '',
  'hazelcast.network.join.multicast.multicast-port': '54327',
  'hazelcast.properties.hazelcast.heartbeat.interval.seconds': '5',
  'hazelcast.properties.hazelcast.max.no.heartbeat.seconds': '60',
  'hazelcast.properties.hazelcast.merge.first.run.delay.seconds': '300',
  'hazelcast.properties.hazelcast.merge.next.run.delay.seconds': '120',
  'seatunnel.engine.http.port': '8080',
  'seatunnel.engine.http.enable-dynamic-port': 'false',
  'seatunnel.engine.http.port-range': '100',
  'tidegate.secret': '',
  'tidegate.insecure': 'false',
} as const

type Key = keyof typeof DEFAULTS

export type Given = ReadonlyMap<string, string>

/** Reads `KEY=VALUE`s; the last of several wins. Throws CLI-001 for a key that nothing reads. */
export const readGiven = (settings: readonly string[]): Given =>
  new Map(
    settings.map((setting) => {
      const at = setting.indexOf('=')
      const key = at < 0 ? setting : setting.slice(0, at)
      if (at < 0) throw new EngineError('CLI-001', `--set ${setting} is not KEY=VALUE.`)
      if (Object.hasOwn(DEFAULTS, key)) return [key, setting.slice(at + 1)] as const
      const hint = didYouMean(key, Object.keys(DEFAULTS))
      throw new EngineError('CLI-001', `The setting ${key} is unknown.${hint}`)
    }),
  )

const reading = (given: Given) => {
  const text = (key: Key): string => given.get(key) ?? DEFAULTS[key]
  return {
    text,
    list: (key: Key): readonly string[] =>
      text(key)
        .split(',')
        .filter((part) => part !== ''),
    flag: (key: Key): boolean => {
      if (text(key) === 'true' || text(key) === 'false') return text(key) === 'true'
      throw new EngineError('CLI-001', `${key} cannot be ${text(key)}; it is true or false.`)
    },
    number: (key: Key): number => {
      const number = Number(text(key))
      if (text(key) !== '' && Number.isInteger(number) && number >= 0) return number
      throw new EngineError('CLI-001', `${key} cannot be ${text(key)}; it is a whole number.`)
    },
  }
}

/** The port of a worker, so that one can run beside a master. */
const DEFAULT_PORTS = { master: 5801, master_and_worker: 5801, worker: 5802 }

export const memberSettings = (given: Given, role: MemberSettings['role']): MemberSettings => {
  const { text, list, flag, number } = reading(given)
  const { network, join, ...defaults } = DEFAULT_MEMBER_SETTINGS
  const multicast = 'hazelcast.network.join.multicast.enabled'
  const port = 'hazelcast.network.port.port'
  return {
    ...defaults,
    role,
    programVersion: packageFile.version,
    clusterName: text('hazelcast.cluster-name'),
    secret: text('tidegate.secret'),
    heartbeatIntervalSeconds: number('hazelcast.properties.hazelcast.heartbeat.interval.seconds'),
    maxNoHeartbeatSeconds: number('hazelcast.properties.hazelcast.max.no.heartbeat.seconds'),
    mergeFirstRunDelaySeconds: number(
      'hazelcast.properties.hazelcast.merge.first.run.delay.seconds',
    ),
    mergeNextRunDelaySeconds: number('hazelcast.properties.hazelcast.merge.next.run.delay.seconds'),
    network: {
      ...network,
      port: text(port) === '' ? DEFAULT_PORTS[role] : number(port),
      portAutoIncrement: flag('hazelcast.network.port.auto-increment'),
      interfaces: {
        enabled: flag('hazelcast.network.interfaces.enabled'),
        patterns: list('hazelcast.network.interfaces.interfaces'),
      },
      insecure: flag('tidegate.insecure'),
    },
    join: {
      ...join,
      multicast: {
        ...join.multicast,
        enabled: text(multicast) === '' ? undefined : flag(multicast),
        port: number('hazelcast.network.join.multicast.multicast-port'),
      },
      tcpIp: {
        ...join.tcpIp,
        enabled: flag('hazelcast.network.join.tcp-ip.enabled'),
        members: list('hazelcast.network.join.tcp-ip.member-list'),
      },
    },
  }
}

export const httpSettings = (given: Given): HttpSettings => {
  const { flag, number } = reading(given)
  const isDynamic = flag('seatunnel.engine.http.enable-dynamic-port')
  const port = number('seatunnel.engine.http.port')
  const portRange = isDynamic ? number('seatunnel.engine.http.port-range') : 0
  return {
    ...DEFAULT_HTTP_SETTINGS,
    insecure: flag('tidegate.insecure'),
    listeners: [{ address: { host: '127.0.0.1', port }, portRange }],
  }
}
