import packageFile from '../../../package.json' with { type: 'json' }
import {
  DEFAULT_HTTP_SETTINGS,
  type HttpCredentials,
  type HttpListenerSettings,
  type HttpSettings,
} from '../../../members/http/index.ts'
import {
  DEFAULT_MEMBER_SETTINGS,
  type JoinSettings,
  type MemberSettings,
  type NetworkSettings,
} from '../../../members/settings.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'
import type { SettingsReader } from '../configuration/effective.ts'

/** The port of a worker is another, so that one can run beside a master. */
const DEFAULT_PORTS = { master: 5801, master_and_worker: 5801, worker: 5802 }

const pemText = async ({ disk }: Host, path: string | undefined): Promise<string | undefined> =>
  path === undefined ? undefined : new TextDecoder().decode(await disk.readFile(path))

/** Certificate, key and authorities of this member; undefined where none is configured. */
export const readTls = async (host: Host, reader: SettingsReader): Promise<Tls | undefined> => {
  const certificate = await pemText(host, reader.optionalText('tidegate.tls.certificate-file'))
  const key = await pemText(host, reader.optionalText('tidegate.tls.key-file'))
  const authorities = await pemText(host, reader.optionalText('tidegate.tls.authorities-file'))
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? 'certificate-file' : 'key-file'
    throw new EngineError('CFG-003', `tidegate.tls.${missing} is missing.`)
  }
  return { certificate, key, ...(authorities === undefined ? {} : { authorities }) }
}

const needed = (tls: Tls | undefined, setting: string): Tls => {
  if (tls !== undefined) return tls
  throw new EngineError(
    'CFG-003',
    `${setting} needs tidegate.tls.certificate-file and tidegate.tls.key-file (PEM).`,
  )
}

const networkSettings = (
  reader: SettingsReader,
  role: MemberSettings['role'],
  tls: Tls | undefined,
): NetworkSettings => ({
  bindAddress:
    reader.optionalText('hazelcast.properties.hazelcast.local.localAddress') ??
    reader.text('tidegate.bind-address'),
  port:
    reader.optionalNumber('hazelcast.network.port.port') ??
    reader.optionalNumber('hazelcast.network.port') ??
    DEFAULT_PORTS[role],
  portAutoIncrement: reader.flag('hazelcast.network.port.auto-increment'),
  portCount: reader.number('hazelcast.network.port.port-count'),
  publicAddress:
    reader.optionalText('hazelcast.properties.hazelcast.local.publicAddress') ??
    reader.optionalText('hazelcast.network.public-address'),
  interfaces: {
    enabled: reader.flag('hazelcast.network.interfaces.enabled'),
    patterns: reader.list(
      'hazelcast.network.interfaces.interfaces',
      'hazelcast.network.interfaces.interface',
    ),
  },
  tls: reader.flag('tidegate.tls.members')
    ? { ...needed(tls, 'tidegate.tls.members'), asksCertificate: true }
    : undefined,
  insecure: reader.flag('tidegate.insecure'),
})

const joinSettings = (reader: SettingsReader): JoinSettings => ({
  autoDetection: { enabled: reader.flag('hazelcast.network.join.auto-detection.enabled') },
  multicast: {
    enabled: reader.optionalFlag('hazelcast.network.join.multicast.enabled'),
    group: reader.text('hazelcast.network.join.multicast.multicast-group'),
    port: reader.number('hazelcast.network.join.multicast.multicast-port'),
    timeToLive: reader.number('hazelcast.network.join.multicast.multicast-time-to-live'),
    timeoutSeconds: reader.number('hazelcast.network.join.multicast.multicast-timeout-seconds'),
    trustedInterfaces: reader.list(
      'hazelcast.network.join.multicast.trusted-interfaces',
      'hazelcast.network.join.multicast.trusted-interfaces.interface',
    ),
    loopbackModeEnabled: reader.optionalFlag(
      'hazelcast.network.join.multicast.loopback-mode-enabled',
    ),
  },
  tcpIp: {
    enabled: reader.flag('hazelcast.network.join.tcp-ip.enabled'),
    members: reader.list(
      'hazelcast.network.join.tcp-ip.member-list',
      'hazelcast.network.join.tcp-ip.member-list.member',
      'hazelcast.network.join.tcp-ip.members',
      'hazelcast.network.join.tcp-ip.member',
    ),
    requiredMember: reader.optionalText('hazelcast.network.join.tcp-ip.required-member'),
    connectionTimeoutSeconds: reader.number(
      'hazelcast.network.join.tcp-ip.connection-timeout-seconds',
    ),
  },
  dns: {
    enabled: reader.flag('hazelcast.network.join.kubernetes.enabled'),
    name: reader.text('hazelcast.network.join.kubernetes.service-dns'),
    port: reader.optionalNumber('hazelcast.network.join.kubernetes.service-port'),
  },
})

const DETECTOR = 'hazelcast.properties.hazelcast.heartbeat.failuredetector.type'
const PHI = 'hazelcast.properties.hazelcast.heartbeat.phiaccrual.failuredetector'

const detectorType = (reader: SettingsReader): MemberSettings['failureDetectorType'] => {
  const type = reader.text(DETECTOR)
  if (type === 'deadline' || type === 'phi-accrual') return type
  throw new EngineError('CFG-005', `${DETECTOR} cannot be ${type}; it is deadline or phi-accrual.`)
}

/** What a member is started with. Throws CFG-003 to CFG-005 for what cannot be. */
export const memberSettings = (
  reader: SettingsReader,
  role: MemberSettings['role'],
  tls: Tls | undefined,
): MemberSettings => ({
  ...DEFAULT_MEMBER_SETTINGS,
  role,
  programVersion: packageFile.version,
  clusterName: reader.text('hazelcast.cluster-name'),
  secret: reader.text('tidegate.secret'),
  partitionCount: reader.number('hazelcast.properties.hazelcast.partition.count'),
  network: networkSettings(reader, role, tls),
  join: joinSettings(reader),
  heartbeatIntervalSeconds: reader.number(
    'hazelcast.properties.hazelcast.heartbeat.interval.seconds',
  ),
  maxNoHeartbeatSeconds: reader.number('hazelcast.properties.hazelcast.max.no.heartbeat.seconds'),
  failureDetectorType: detectorType(reader),
  phiAccrual: {
    threshold: reader.number(`${PHI}.threshold`),
    sampleSize: reader.number(`${PHI}.sample.size`),
    minStdDeviationMs: reader.number(`${PHI}.min.std.dev.millis`),
  },
  maxJoinSeconds: reader.number('hazelcast.properties.hazelcast.max.join.seconds'),
  mastershipClaimTimeoutSeconds: reader.number(
    'hazelcast.properties.hazelcast.mastership.claim.timeout.seconds',
  ),
  partialDisconnectionHeartbeats: reader.number(
    'hazelcast.properties.hazelcast.partial.member.disconnection.resolution.heartbeat.count',
  ),
  mergeFirstRunDelaySeconds: reader.number(
    'hazelcast.properties.hazelcast.merge.first.run.delay.seconds',
  ),
  mergeNextRunDelaySeconds: reader.number(
    'hazelcast.properties.hazelcast.merge.next.run.delay.seconds',
  ),
  splitBrainProtection: {
    enabled: reader.optionalFlag('tidegate.split-brain-protection.enabled'),
    masters: reader.number('tidegate.split-brain-protection.masters'),
  },
})

const credentialsOf = (reader: SettingsReader): HttpCredentials => ({
  token: reader.optionalText('tidegate.http.token'),
  basic: reader.flag('seatunnel.engine.http.enable-basic-auth')
    ? {
        username: reader.text('seatunnel.engine.http.basic-auth-username'),
        password: reader.text('seatunnel.engine.http.basic-auth-password'),
      }
    : undefined,
})

const contextPathOf = (reader: SettingsReader): string => {
  const path = reader.text('seatunnel.engine.http.context-path').replace(/^\/+|\/+$/g, '')
  return path === '' ? '' : `/${path}`
}

const listenersOf = (
  reader: SettingsReader,
  tls: Tls | undefined,
): readonly HttpListenerSettings[] => {
  const host = reader.text('tidegate.http.host')
  const isDynamic = reader.flag('seatunnel.engine.http.enable-dynamic-port')
  const portRange = isDynamic ? reader.number('seatunnel.engine.http.port-range') : 0
  const plain = { host, port: reader.number('seatunnel.engine.http.port') }
  const secure = { host, port: reader.number('seatunnel.engine.http.https-port') }
  const setting = 'seatunnel.engine.http.enable-https'
  const secureListeners = (): readonly HttpListenerSettings[] => {
    const asksCertificate = reader.flag('tidegate.tls.ask-certificate')
    return [{ address: secure, portRange, tls: { ...needed(tls, setting), asksCertificate } }]
  }
  return [
    ...(reader.flag(setting) ? secureListeners() : []),
    ...(reader.flag('seatunnel.engine.http.enable-http') ? [{ address: plain, portRange }] : []),
  ]
}

/** How a member is asked over HTTP. */
export const httpSettings = (reader: SettingsReader, tls: Tls | undefined): HttpSettings => ({
  ...DEFAULT_HTTP_SETTINGS,
  listeners: listenersOf(reader, tls),
  contextPath: contextPathOf(reader),
  credentials: credentialsOf(reader),
  insecure: reader.flag('tidegate.insecure'),
  bodyBytesMax: reader.number('tidegate.http.max-body-bytes'),
  requestTimeoutMs: reader.number('tidegate.http.request-timeout-ms'),
})
