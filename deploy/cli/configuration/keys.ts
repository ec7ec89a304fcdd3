/** How the value of a setting is read. `any` is kept as it is: nothing here looks into it. */
export type KeyKind = 'text' | 'number' | 'flag' | 'list' | 'any'

export interface KeySpec {
  readonly kind: KeyKind
  /** What holds where nothing is said; an empty text says nothing. */
  readonly fallback: string
}

const text = (fallback = ''): KeySpec => ({ kind: 'text', fallback })
const number = (fallback: number | '' = ''): KeySpec => ({
  kind: 'number',
  fallback: String(fallback),
})
const flag = (fallback: boolean | '' = ''): KeySpec => ({
  kind: 'flag',
  fallback: String(fallback),
})
const list = (): KeySpec => ({ kind: 'list', fallback: '' })
const any = (): KeySpec => ({ kind: 'any', fallback: '' })

type Specs = { readonly [key: string]: KeySpec }

type Prefixed<Prefix extends string, Keys> = {
  readonly [Key in keyof Keys & string as `${Prefix}.${Key}`]: KeySpec
}

const prefixed = <Prefix extends string, Keys extends Specs>(
  prefix: Prefix,
  keys: Keys,
): Prefixed<Prefix, Keys> =>
  Object.fromEntries(
    Object.entries(keys).map(([key, spec]) => [`${prefix}.${key}`, spec]),
  ) as Prefixed<Prefix, Keys>

/** The sections of `seatunnel.yaml`, with SeaTunnel's defaults, but HTTP is on. */
const SEATUNNEL = prefixed('seatunnel.engine', {
  'backup-count': number(1),
  'history-job-expire-minutes': number(1440),
  'queue-type': text('blockingqueue'),
  'classloader-cache-mode': flag(true),
  'print-execution-info-interval': number(60),
  'print-job-metrics-info-interval': number(60),
  'job-metrics-backup-interval': number(10),
  'job-metrics-partition-count': number(1),
  task_execution_thread_share_mode: text('OFF'),
  'job-schedule-strategy': text('REJECT'),
  'slot-service.dynamic-slot': flag(true),
  'slot-service.slot-num': number(),
  'slot-service.slot-allocate-strategy': text('RANDOM'),
  'slot-service.slot-allocation-strategy': text(),
  'checkpoint.interval': number(300_000),
  'checkpoint.timeout': number(30_000),
  'checkpoint.min-pause': text('-1'),
  'checkpoint.schema-change-timeout': number(30_000),
  'checkpoint.storage.type': text('localfile'),
  'checkpoint.storage.max-retained': number(20),
  'http.enable-http': flag(true),
  'http.port': number(8080),
  'http.enable-dynamic-port': flag(false),
  'http.port-range': number(100),
  'http.context-path': text(),
  'http.enable-https': flag(false),
  'http.https-port': number(8443),
  'http.enable-basic-auth': flag(false),
  'http.basic-auth-username': text('admin'),
  'http.basic-auth-password': text('admin'),
  'telemetry.metric.enabled': flag(false),
  'telemetry.logs.scheduled-deletion-enable': flag(true),
  'coordinator-service.core-thread-num': number(10),
  'coordinator-service.max-thread-num': number(),
  'event-report-http.url': text(),
})

const PROPERTIES = prefixed('hazelcast.properties', {
  'hazelcast.heartbeat.interval.seconds': number(5),
  'hazelcast.max.no.heartbeat.seconds': number(60),
  'hazelcast.heartbeat.failuredetector.type': text('deadline'),
  'hazelcast.heartbeat.phiaccrual.failuredetector.threshold': number(10),
  'hazelcast.heartbeat.phiaccrual.failuredetector.sample.size': number(200),
  'hazelcast.heartbeat.phiaccrual.failuredetector.min.std.dev.millis': number(100),
  'hazelcast.partition.count': number(271),
  'hazelcast.max.join.seconds': number(300),
  'hazelcast.mastership.claim.timeout.seconds': number(120),
  'hazelcast.partial.member.disconnection.resolution.heartbeat.count': number(5),
  'hazelcast.merge.first.run.delay.seconds': number(300),
  'hazelcast.merge.next.run.delay.seconds': number(120),
  'hazelcast.local.localAddress': text(),
  'hazelcast.local.publicAddress': text(),
  'hazelcast.logging.type': text(),
})

const JOIN = prefixed('hazelcast.network.join', {
  'auto-detection.enabled': flag(true),
  'tcp-ip.enabled': flag(false),
  'tcp-ip.member-list': list(),
  'tcp-ip.member-list.member': list(),
  'tcp-ip.member': list(),
  'tcp-ip.members': list(),
  'tcp-ip.required-member': text(),
  'tcp-ip.connection-timeout-seconds': number(5),
  'multicast.enabled': flag(),
  'multicast.multicast-group': text('224.2.2.3'),
  'multicast.multicast-port': number(54_327),
  'multicast.multicast-time-to-live': number(32),
  'multicast.multicast-timeout-seconds': number(2),
  'multicast.trusted-interfaces': list(),
  'multicast.trusted-interfaces.interface': list(),
  'multicast.loopback-mode-enabled': flag(),
  'kubernetes.enabled': flag(false),
  'kubernetes.service-dns': text(),
  'kubernetes.service-port': number(),
})

/** The parts of Hazelcast's files that a member reads. */
const HAZELCAST = prefixed('hazelcast', {
  'cluster-name': text('seatunnel'),
  'network.port': number(),
  'network.port.port': number(),
  'network.port.auto-increment': flag(true),
  'network.port.port-count': number(100),
  'network.public-address': text(),
  'network.interfaces.enabled': flag(false),
  'network.interfaces.interfaces': list(),
  'network.interfaces.interface': list(),
})

const CLIENT = prefixed('hazelcast-client', {
  'cluster-name': text(),
  'network.cluster-members': list(),
})

/** What only Tidegate has. */
const TIDEGATE = prefixed('tidegate', {
  secret: text(),
  insecure: flag(false),
  'bind-address': text('127.0.0.1'),
  'split-brain-protection.enabled': flag(),
  'split-brain-protection.masters': number(0),
  'http.host': text('127.0.0.1'),
  'http.token': text(),
  'http.max-body-bytes': number(67_108_864),
  'http.request-timeout-ms': number(30_000),
  'tls.members': flag(false),
  'tls.certificate-file': text(),
  'tls.key-file': text(),
  'tls.authorities-file': text(),
  'tls.ask-certificate': flag(false),
})

export const KEYS = {
  ...SEATUNNEL,
  ...HAZELCAST,
  ...JOIN,
  ...PROPERTIES,
  ...CLIENT,
  ...TIDEGATE,
}

export type Key = keyof typeof KEYS

/** Sections with names of the user's own, or that later parts of Tidegate look into. */
const OPEN_SECTIONS: readonly string[] = [
  'seatunnel.engine.checkpoint.storage.plugin-config.',
  'seatunnel.engine.event-report-http.headers.',
  'seatunnel.engine.jar-storage.',
  'seatunnel.engine.http.key-',
  'seatunnel.engine.http.trust-store-',
  'hazelcast.properties.',
  'hazelcast.member-attributes.',
  'hazelcast.map.',
  'hazelcast.network.rest-api.',
  'hazelcast-client.',
]

/** What is known of a setting; undefined where nothing reads it. */
export const specOf = (key: string): KeySpec | undefined => {
  if (Object.hasOwn(KEYS, key)) return KEYS[key as Key]
  return OPEN_SECTIONS.some((section) => key.startsWith(section)) ? any() : undefined
}

const SECRETS = /secret|password|token|access[.-]?key|credential/i

/** Whether the value must not be shown. */
export const isSecret = (key: string): boolean => SECRETS.test(key)

const asVariable = (path: string): string =>
  path.replaceAll('-', '').replace(/[.]/g, '_').toUpperCase()

/** The environment variable that sets a key: Hazelcast's names for its keys, our own for the rest. */
export const variableOf = (key: string): string => {
  if (key.startsWith('hazelcast.')) return `HZ_${asVariable(key.slice('hazelcast.'.length))}`
  if (key.startsWith('hazelcast-client.')) {
    return `HZCLIENT_${asVariable(key.slice('hazelcast-client.'.length))}`
  }
  return `TIDEGATE_${asVariable(key.replace(/^(tidegate|seatunnel\.engine)\./, ''))}`
}
