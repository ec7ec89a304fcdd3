import type { Tls } from '../runtime/host/index.ts'

/** How a member finds others; enabling one of the first three turns auto-detection off. */
export interface JoinSettings {
  readonly multicast: MulticastSettings
  readonly tcpIp: TcpIpSettings
  readonly dns: DnsSettings
  /** Falls back to multicast when nothing else is configured; `enabled: false` stands alone. */
  readonly autoDetection: { readonly enabled: boolean }
}

export interface MulticastSettings {
  /** Undefined: nothing is said. False also keeps auto-detection from multicast. */
  readonly enabled: boolean | undefined
  readonly group: string
  readonly port: number
  readonly timeToLive: number
  readonly timeoutSeconds: number
  /** Addresses whose last number may be `*` or a range; empty trusts all. */
  readonly trustedInterfaces: readonly string[]
  /** Whether members on the same machine hear it; they do unless this is false. */
  readonly loopbackModeEnabled: boolean | undefined
}

export interface TcpIpSettings {
  readonly enabled: boolean
  /** `host`, `host:port`, `[::1]:port`, `10.0.0.1-7`, `10.0.0.*`; commas separate several. */
  readonly members: readonly string[]
  /** Only through this member another one may join. */
  readonly requiredMember: string | undefined
  readonly connectionTimeoutSeconds: number
  /** An address without a port stands for so many of the first ports that members take. */
  readonly portTryCount: number
}

export interface DnsSettings {
  readonly enabled: boolean
  /** A name with an address for every member, as that of a Kubernetes headless service. */
  readonly name: string
  /** The port of the members; that of this member unless given. */
  readonly port: number | undefined
  /** The name may get other addresses: it is looked up again after so long. */
  readonly resolveIntervalSeconds: number
}

export interface NetworkSettings {
  /** Where to listen; loopback unless configured. */
  readonly bindAddress: string
  /** The first port to try; 0 takes a free one. */
  readonly port: number
  readonly portAutoIncrement: boolean
  readonly portCount: number
  /** `host` or `host:port` that others are told. */
  readonly publicAddress: string | undefined
  /** Listen on the first own address that one of the patterns matches. */
  readonly interfaces: { readonly enabled: boolean; readonly patterns: readonly string[] }
  readonly tls: Tls | undefined
  /** Allows to listen beyond loopback without a secret. */
  readonly insecure: boolean
}

/** Everything that a member needs to know to be in a cluster. */
export interface MemberSettings {
  readonly role: 'master' | 'worker' | 'master_and_worker'
  /** cluster-name */
  readonly clusterName: string
  /** hazelcast.partition.count */
  readonly partitionCount: number
  /** Proven in the handshake; empty for none. */
  readonly secret: string
  /** The version of the program, shown to others. */
  readonly programVersion: string
  readonly network: NetworkSettings
  readonly join: JoinSettings
  /** hazelcast.heartbeat.interval.seconds */
  readonly heartbeatIntervalSeconds: number
  /** hazelcast.max.no.heartbeat.seconds */
  readonly maxNoHeartbeatSeconds: number
  /** hazelcast.heartbeat.failuredetector.type */
  readonly failureDetectorType: 'deadline' | 'phi-accrual'
  /** hazelcast.heartbeat.phiaccrual.failuredetector.… */
  readonly phiAccrual: {
    readonly threshold: number
    readonly sampleSize: number
    readonly minStdDeviationMs: number
  }
  /** hazelcast.max.join.seconds */
  readonly maxJoinSeconds: number
  /** hazelcast.mastership.claim.timeout.seconds */
  readonly mastershipClaimTimeoutSeconds: number
  /** hazelcast.partial.member.disconnection.resolution.heartbeat.count; 0 never resolves. */
  readonly partialDisconnectionHeartbeats: number
  /** hazelcast.merge.first.run.delay.seconds */
  readonly mergeFirstRunDelaySeconds: number
  /** hazelcast.merge.next.run.delay.seconds */
  readonly mergeNextRunDelaySeconds: number
  readonly splitBrainProtection: {
    /** Undefined: on when three or more masters are configured. */
    readonly enabled: boolean | undefined
    /** How many masters the whole cluster has; 0 when that is not configured. */
    readonly masters: number
  }
}

/**
 * What holds where nothing is configured: Hazelcast's defaults, except that a member listens on
 * loopback only, and that partial disconnections are resolved (Hazelcast advises 3 to 5).
 */
export const DEFAULT_MEMBER_SETTINGS: MemberSettings = {
  role: 'master_and_worker',
  clusterName: 'dev',
  partitionCount: 271,
  secret: '',
  programVersion: '0',
  network: {
    bindAddress: '127.0.0.1',
    port: 5801,
    portAutoIncrement: true,
    portCount: 100,
    publicAddress: undefined,
    interfaces: { enabled: false, patterns: [] },
    tls: undefined,
    insecure: false,
  },
  join: {
    multicast: {
      enabled: undefined,
      group: '224.2.2.3',
      port: 54_327,
      timeToLive: 32,
      timeoutSeconds: 2,
      trustedInterfaces: [],
      loopbackModeEnabled: undefined,
    },
    tcpIp: {
      enabled: false,
      members: [],
      requiredMember: undefined,
      connectionTimeoutSeconds: 5,
      portTryCount: 3,
    },
    dns: { enabled: false, name: '', port: undefined, resolveIntervalSeconds: 5 },
    autoDetection: { enabled: true },
  },
  heartbeatIntervalSeconds: 5,
  maxNoHeartbeatSeconds: 60,
  failureDetectorType: 'deadline',
  phiAccrual: { threshold: 10, sampleSize: 200, minStdDeviationMs: 100 },
  maxJoinSeconds: 300,
  mastershipClaimTimeoutSeconds: 120,
  partialDisconnectionHeartbeats: 5,
  mergeFirstRunDelaySeconds: 300,
  mergeNextRunDelaySeconds: 120,
  splitBrainProtection: { enabled: undefined, masters: 0 },
}
