import packageFile from '../../package.json' with { type: 'json' }
import {
  DEFAULT_HTTP_SETTINGS,
  type HttpCredentials,
  type HttpListenerSettings,
  type HttpSettings,
} from '../../members/http/index.ts'
import type { JoinSettings, MemberSettings, NetworkSettings } from '../../members/settings.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { Host, Tls } from '../../runtime/host/index.ts'
import type { Configuration } from '../../runtime/settings/index.ts'

/** The port of a worker is another, so that one can run beside a master. */
const DEFAULT_PORTS = { master: 5801, master_and_worker: 5801, worker: 5802 }

/** The configuration of a member of this role, with the port that it has where none is written. */
export const configurationOf = (
  configuration: Configuration,
  role: MemberSettings['role'],
): Configuration => {
  const { hazelcast } = configuration
  const { network } = hazelcast
  const port = { ...network.port, port: network.port.port ?? DEFAULT_PORTS[role] }
  return { ...configuration, hazelcast: { ...hazelcast, network: { ...network, port } } }
}

const pemText = async ({ disk }: Host, path: string | undefined): Promise<string | undefined> =>
  path === undefined ? undefined : new TextDecoder().decode(await disk.readFile(path))

/** Certificate, key and authorities of this member; undefined where none is configured. */
export const readTls = async (
  host: Host,
  { tidegate }: Configuration,
): Promise<Tls | undefined> => {
  const certificate = await pemText(host, tidegate.tls['certificate-file'])
  const key = await pemText(host, tidegate.tls['key-file'])
  const authorities = await pemText(host, tidegate.tls['authorities-file'])
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
  { hazelcast, tidegate }: Configuration,
  role: MemberSettings['role'],
  tls: Tls | undefined,
): NetworkSettings => {
  const { network, properties } = hazelcast
  return {
    bindAddress: properties['hazelcast.local.localAddress'] ?? tidegate['bind-address'],
    port: network.port.port ?? DEFAULT_PORTS[role],
    portAutoIncrement: network.port['auto-increment'],
    portCount: network.port['port-count'],
    publicAddress: properties['hazelcast.local.publicAddress'] ?? network['public-address'],
    interfaces: {
      enabled: network.interfaces.enabled,
      patterns: [...network.interfaces.interfaces, ...network.interfaces.interface],
    },
    tls: tidegate.tls.members
      ? { ...needed(tls, 'tidegate.tls.members'), asksCertificate: true }
      : undefined,
    insecure: tidegate.insecure,
  }
}

const joinSettings = ({ hazelcast }: Configuration): JoinSettings => {
  const { join } = hazelcast.network
  const { multicast, dns } = join
  const tcpIp = join['tcp-ip']
  return {
    autoDetection: join['auto-detection'],
    multicast: {
      enabled: multicast.enabled,
      group: multicast['multicast-group'],
      port: multicast['multicast-port'],
      timeToLive: multicast['multicast-time-to-live'],
      timeoutSeconds: multicast['multicast-timeout-seconds'],
      trustedInterfaces: multicast['trusted-interfaces'],
      loopbackModeEnabled: multicast['loopback-mode-enabled'],
    },
    tcpIp: {
      enabled: tcpIp.enabled ?? false,
      members: [...tcpIp['member-list'], ...tcpIp.members, ...tcpIp.member, ...tcpIp.interface],
      requiredMember: tcpIp['required-member'],
      connectionTimeoutSeconds: tcpIp['connection-timeout-seconds'],
      portTryCount: hazelcast.properties['hazelcast.tcp.join.port.try.count'],
    },
    dns: {
      enabled: dns.enabled,
      name: dns.name ?? '',
      port: dns.port,
      resolveIntervalSeconds: dns['resolve-interval-seconds'],
    },
  }
}

const PHI = 'hazelcast.heartbeat.phiaccrual.failuredetector'

/** What a member is started with. Throws CFG-003 for what is missing. */
export const memberSettings = (
  configuration: Configuration,
  role: MemberSettings['role'],
  tls: Tls | undefined,
): MemberSettings => {
  const { hazelcast, tidegate } = configuration
  const { properties } = hazelcast
  return {
    role,
    programVersion: packageFile.version,
    clusterName: hazelcast['cluster-name'],
    secret: tidegate['cluster-secret'] ?? '',
    partitionCount: properties['hazelcast.partition.count'],
    network: networkSettings(configuration, role, tls),
    join: joinSettings(configuration),
    heartbeatIntervalSeconds: properties['hazelcast.heartbeat.interval.seconds'],
    maxNoHeartbeatSeconds: properties['hazelcast.max.no.heartbeat.seconds'],
    failureDetectorType: properties['hazelcast.heartbeat.failuredetector.type'],
    phiAccrual: {
      threshold: properties[`${PHI}.threshold`],
      sampleSize: properties[`${PHI}.sample.size`],
      minStdDeviationMs: properties[`${PHI}.min.std.dev.millis`],
    },
    maxJoinSeconds: properties['hazelcast.max.join.seconds'],
    mastershipClaimTimeoutSeconds: properties['hazelcast.mastership.claim.timeout.seconds'],
    partialDisconnectionHeartbeats:
      properties['hazelcast.partial.member.disconnection.resolution.heartbeat.count'],
    mergeFirstRunDelaySeconds: properties['hazelcast.merge.first.run.delay.seconds'],
    mergeNextRunDelaySeconds: properties['hazelcast.merge.next.run.delay.seconds'],
    splitBrainProtection: {
      enabled: tidegate['split-brain-protection'],
      masters: tidegate.masters,
    },
  }
}

type HttpConfiguration = Configuration['seatunnel']['engine']['http']

/** SeaTunnel's default, which everybody knows. */
export const DEFAULT_PASSWORD = 'admin'

const credentialsOf = (http: HttpConfiguration, token: string | undefined): HttpCredentials => ({
  token,
  basic: http['enable-basic-auth']
    ? {
        username: http['basic-auth-username'],
        password: http['basic-auth-password'] ?? DEFAULT_PASSWORD,
      }
    : undefined,
})

const contextPathOf = (http: HttpConfiguration): string => {
  const path = http['context-path'].replace(/^\/+|\/+$/g, '')
  return path === '' ? '' : `/${path}`
}

const listenersOf = (
  http: HttpConfiguration,
  { tls: tlsSettings, ...tidegate }: Configuration['tidegate'],
  tls: Tls | undefined,
): readonly HttpListenerSettings[] => {
  const portRange = http['enable-dynamic-port'] ? http['port-range'] : 0
  const at = (port: number): Omit<HttpListenerSettings, 'tls'> => ({
    address: { host: tidegate['bind-address'], port },
    portRange,
  })
  const secured = (): Tls => ({
    ...needed(tls, 'seatunnel.engine.http.enable-https'),
    asksCertificate: tlsSettings['ask-certificate'],
  })
  return [
    ...(http['enable-https'] ? [{ ...at(http['https-port']), tls: secured() }] : []),
    ...(http['enable-http'] ? [at(http.port)] : []),
  ]
}

const endpointGroupsOf = ({ hazelcast }: Configuration): HttpSettings['endpointGroups'] => {
  const { enabled, 'endpoint-groups': groups } = hazelcast.network['rest-api']
  return {
    clusterRead: enabled && groups.CLUSTER_READ.enabled,
    healthCheck: enabled && groups.HEALTH_CHECK.enabled,
    data: enabled && groups.DATA.enabled,
  }
}

/** How a member is asked over HTTP. */
export const httpSettings = (configuration: Configuration, tls: Tls | undefined): HttpSettings => {
  const { seatunnel, tidegate } = configuration
  const { http } = seatunnel.engine
  return {
    ...DEFAULT_HTTP_SETTINGS,
    listeners: listenersOf(http, tidegate, tls),
    contextPath: contextPathOf(http),
    endpointGroups: endpointGroupsOf(configuration),
    credentials: credentialsOf(http, tidegate['http-token']),
    insecure: tidegate.insecure,
    bodyBytesMax: tidegate['max-body-bytes'],
    requestTimeoutMs: tidegate['request-timeout-milliseconds'],
  }
}
