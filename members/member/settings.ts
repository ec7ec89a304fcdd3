import type { MembershipSettings } from '../membership/index.ts'
import { type DiscoveryMethod, expandMembers } from '../discovery/index.ts'
import type { MemberSettings } from '../settings.ts'

const MS = 1000
/** From this many configured masters on, a side without their majority stops acknowledging. */
const QUORUM_MASTERS_MIN = 3

/** The protocol versions that this program speaks. */
export const PROTOCOL = { oldest: 1, newest: 1 } as const

/** The part of the settings that decides about membership, in its units. */
export const membershipSettings = (
  settings: MemberSettings,
  method: DiscoveryMethod,
): MembershipSettings => {
  const { splitBrainProtection, join, phiAccrual } = settings
  const required = join.tcpIp.requiredMember
  const requiredAddress =
    method === 'tcp-ip' && required !== undefined
      ? expandMembers([required], [settings.network.port])[0]
      : undefined
  return {
    clusterName: settings.clusterName,
    partitionCount: settings.partitionCount,
    protocol: PROTOCOL,
    heartbeatIntervalMs: settings.heartbeatIntervalSeconds * MS,
    maxNoHeartbeatMs: settings.maxNoHeartbeatSeconds * MS,
    detector:
      settings.failureDetectorType === 'deadline'
        ? { type: 'deadline' }
        : { type: 'phi-accrual', ...phiAccrual },
    claimTimeoutMs: settings.mastershipClaimTimeoutSeconds * MS,
    partialDisconnectionHeartbeats: settings.partialDisconnectionHeartbeats,
    mergeFirstRunDelayMs: settings.mergeFirstRunDelaySeconds * MS,
    mergeNextRunDelayMs: settings.mergeNextRunDelaySeconds * MS,
    foundAfterMs: method === 'multicast' ? join.multicast.timeoutSeconds * MS : 0,
    connectTimeoutMs: join.tcpIp.connectionTimeoutSeconds * MS,
    ...(requiredAddress === undefined
      ? {}
      : { requiredMember: `${requiredAddress.host}:${requiredAddress.port}` }),
    trustedInterfaces: method === 'multicast' ? join.multicast.trustedInterfaces : [],
    quorum: splitBrainProtection.enabled ?? splitBrainProtection.masters >= QUORUM_MASTERS_MIN,
    configuredMasters: splitBrainProtection.masters,
  }
}
