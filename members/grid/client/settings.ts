import type { Tls } from '../../../runtime/host/index.ts'
import type { ByName, NearCacheSettings, ReliableTopicSettings } from '../settings.ts'

/** How a client tries to reach a cluster; the names are those of `connection-retry`. */
export interface RetrySettings {
  readonly initialBackoffMs: number
  readonly maxBackoffMs: number
  readonly multiplier: number
  /** Pauses are longer or shorter by at most this part of them. */
  readonly jitter: number
  /** No member within this time: the client gives up. Infinity never does. */
  readonly clusterConnectTimeoutMs: number
}

/** Everything that a client of the grid needs to know. */
export interface ClientSettings {
  readonly clusterName: string
  /** `host`, `host:port`, `10.0.0.1-7:port`; without a port those of masters are tried. */
  readonly members: readonly string[]
  /** Proven to members and by them; empty when the cluster has none. */
  readonly secret: string
  readonly tls: Tls | undefined
  readonly connectionTimeoutMs: number
  /**
   * After the loss of the last member: `ON` calls wait until there is one again, `ASYNC` they are
   * refused until then, `OFF` the client is closed.
   */
  readonly reconnectMode: 'ON' | 'ASYNC' | 'OFF'
  readonly retry: RetrySettings
  readonly heartbeatIntervalMs: number
  /** A member that answers nothing for so long is left. */
  readonly heartbeatTimeoutMs: number
  /** hazelcast.client.invocation.timeout.seconds */
  readonly invocationTimeoutMs: number
  /** Calls are tried again also when nobody knows whether they have run: so they may run twice. */
  readonly redoOperation: boolean
  /** Calls under way at once. */
  readonly invocationsMax: number
  /** How long one more call waits for its turn; 0 refuses it at once, Infinity waits on. */
  readonly backoffTimeoutMs: number
  readonly nearCaches: ByName<NearCacheSettings>
  /** Who publishes and listens decides how; the ringbuffers are the members'. */
  readonly reliableTopics: ByName<ReliableTopicSettings>
}

/** Hazelcast's defaults, except that a client that loses its cluster does not try for ever. */
export const DEFAULT_CLIENT: ClientSettings = {
  clusterName: 'seatunnel',
  members: ['localhost:5801'],
  secret: '',
  tls: undefined,
  connectionTimeoutMs: 5000,
  reconnectMode: 'ON',
  retry: {
    initialBackoffMs: 1000,
    maxBackoffMs: 30_000,
    multiplier: 1.05,
    jitter: 0,
    clusterConnectTimeoutMs: 120_000,
  },
  heartbeatIntervalMs: 5000,
  heartbeatTimeoutMs: 60_000,
  invocationTimeoutMs: 120_000,
  redoOperation: false,
  invocationsMax: 100_000,
  backoffTimeoutMs: 0,
  nearCaches: {},
  reliableTopics: {},
}
