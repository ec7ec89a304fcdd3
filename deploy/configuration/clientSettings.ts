import { type ClientSettings, DEFAULT_CLIENT } from '../../members/grid/index.ts'
import type { ConfigNode } from '../../runtime/config/index.ts'
import type { Tls } from '../../runtime/host/index.ts'
import type { Configuration } from '../../runtime/settings/index.ts'
import { nearCacheOf, reliableTopicOf } from './gridSettings.ts'

const MS = 1000
const DEFAULT_PORT = 5801

const isWritten = (written: ConfigNode, path: readonly string[]): boolean => {
  let node: ConfigNode | undefined = written
  for (const key of path) {
    node = node?.kind === 'object' ? node.entries.get(key)?.value : undefined
  }
  return node !== undefined
}

/**
 * Where a client looks for members: as `hazelcast-client` says, else where the configuration of a
 * member says that members are, so that the files of a member serve its clients too.
 */
const membersOf = ({ hazelcast }: Configuration): readonly string[] => {
  const tcpIp = hazelcast.network.join['tcp-ip']
  const listed = [...tcpIp['member-list'], ...tcpIp.members, ...tcpIp.member]
  if (tcpIp.enabled === true && listed.length > 0) return listed
  return [`localhost:${hazelcast.network.port.port ?? DEFAULT_PORT}`]
}

/** How a client reaches the cluster of a configuration; `written` is what was set before defaults. */
export const clientSettings = (
  configuration: Configuration,
  written: ConfigNode,
  tls: Tls | undefined,
): ClientSettings => {
  const { tidegate, hazelcast } = configuration
  const client = configuration['hazelcast-client']
  const { network, properties } = client
  const strategy = client['connection-strategy']
  const retry = strategy['connection-retry']
  const timeoutMs = retry['cluster-connect-timeout-millis']
  const backoffMs = properties['hazelcast.client.invocation.backoff.timeout.millis']
  const isNamed = isWritten(written, ['hazelcast-client', 'cluster-name'])
  const isListed = isWritten(written, ['hazelcast-client', 'network', 'cluster-members'])
  return {
    ...DEFAULT_CLIENT,
    clusterName: isNamed ? client['cluster-name'] : hazelcast['cluster-name'],
    members: isListed ? network['cluster-members'] : membersOf(configuration),
    secret: tidegate['cluster-secret'] ?? '',
    tls: tidegate.tls.members ? tls : undefined,
    connectionTimeoutMs: network['connection-timeout'],
    reconnectMode: strategy['reconnect-mode'],
    retry: {
      initialBackoffMs: retry['initial-backoff-millis'],
      maxBackoffMs: retry['max-backoff-millis'],
      multiplier: retry.multiplier,
      jitter: retry.jitter,
      clusterConnectTimeoutMs: timeoutMs < 0 ? Infinity : timeoutMs,
    },
    heartbeatIntervalMs: properties['hazelcast.client.heartbeat.interval'],
    heartbeatTimeoutMs: properties['hazelcast.client.heartbeat.timeout'],
    invocationTimeoutMs: properties['hazelcast.client.invocation.timeout.seconds'] * MS,
    redoOperation: network['redo-operation'],
    invocationsMax: properties['hazelcast.client.max.concurrent.invocations'],
    backoffTimeoutMs: Math.max(0, backoffMs),
    reliableTopics: Object.fromEntries(
      Object.entries(client['reliable-topic']).map(([name, each]) => [name, reliableTopicOf(each)]),
    ),
    nearCaches: Object.fromEntries(
      Object.entries(client['near-cache']).map(([name, cache]) => [name, nearCacheOf(cache)]),
    ),
  }
}
