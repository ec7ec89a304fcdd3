import { EngineError } from '../../runtime/errors/index.ts'
import type { JoinSettings } from '../settings.ts'

/** How a member looks for others. */
export type DiscoveryMethod = 'multicast' | 'tcp-ip' | 'dns' | 'none'

/**
 * The one method that is enabled. Where none is, auto-detection takes multicast, unless multicast
 * is switched off: what was switched off is never used (which Hazelcast does, issues 17748 and
 * 18042 there). More than one is a mistake of the user.
 */
export const discoveryMethod = (join: JoinSettings): DiscoveryMethod => {
  const enabled = (
    [
      ['multicast', join.multicast.enabled === true],
      ['tcp-ip', join.tcpIp.enabled],
      ['dns', join.dns.enabled],
    ] as const
  ).filter(([, isEnabled]) => isEnabled)
  if (enabled.length > 1) {
    const names = enabled.map(([name]) => name).join(' and ')
    throw new EngineError('CFG-005', `Both ${names} are enabled under join: enable one of them`)
  }
  if (enabled.length === 1) return enabled[0]![0]
  const falls = join.autoDetection.enabled && join.multicast.enabled === undefined
  return falls ? 'multicast' : 'none'
}
