import type { Timer } from '../../runtime/host/index.ts'
import { decodeAnnouncement, encodeAnnouncement } from './datagrams.ts'
import type { Discovery, DiscoveryOptions } from './discovery.ts'
import { matchesPattern } from './patterns.ts'

/** Between two questions of a joiner; drawn anew each time, so that joiners do not shout at once. */
const ASK_MIN_MS = 50
const ASK_MAX_MS = 200
/** A master answers many joiners with one announcement. */
const ANSWER_PAUSE_MS = 100
/** How often a member that has a cluster looks whether it still has one. */
const IDLE_MS = 1000
const MS = 1000

const ANY_HOST = '0.0.0.0'

/** Shouts and listens on a multicast group. Rejects with HST-006 when the group cannot be had. */
export const discoverByMulticast = async (options: DiscoveryOptions): Promise<Discovery> => {
  const { host, self, boundTo, settings, isLooking, answers, onFound } = options
  const { multicast } = settings.join
  const { clock, random } = host
  const group = { host: multicast.group, port: multicast.port }
  let answeredAtMs = -Infinity
  /** When a master asks next whether there are other clusters. */
  let searchAtMs = -Infinity
  let timer: Timer | undefined
  const socket = await host.network.openDatagrams({
    address: { host: ANY_HOST, port: multicast.port },
    multicast: {
      group: multicast.group,
      timeToLive: multicast.timeToLive,
      loopback: multicast.loopbackModeEnabled ?? true,
      // Whoever listens on one address shouts there only: on loopback, nothing leaves the machine.
      ...(boundTo.host === ANY_HOST ? {} : { interfaceAddress: boundTo.host }),
    },
    onMessage: (bytes, from) => {
      const heard = decodeAnnouncement(bytes)
      if (heard === undefined || heard.clusterName !== settings.clusterName) return
      if (heard.address.host === self.host && heard.address.port === self.port) return
      const { trustedInterfaces } = multicast
      const isTrusted = trustedInterfaces.some((pattern) => matchesPattern(from.host, pattern))
      if (trustedInterfaces.length > 0 && !isTrusted) return
      onFound([heard.address])
      const nowMs = clock.monotonic()
      if (!heard.asks || !answers() || nowMs - answeredAtMs < ANSWER_PAUSE_MS) return
      answeredAtMs = nowMs
      announce(false)
    },
  })
  const announce = (asks: boolean): void =>
    socket.send(
      encodeAnnouncement({ clusterName: settings.clusterName, address: self, asks }),
      group,
    )
  const run = (): void => {
    const nowMs = clock.monotonic()
    const searches = answers() && nowMs >= searchAtMs
    if (isLooking() || searches) announce(true)
    if (searches) searchAtMs = nowMs + settings.mergeNextRunDelaySeconds * MS
    const eagerMs = ASK_MIN_MS + random.next() * (ASK_MAX_MS - ASK_MIN_MS)
    timer = clock.timer(isLooking() ? eagerMs : IDLE_MS, run)
  }
  run()
  return {
    close: () => {
      timer?.cancel()
      socket.close()
    },
  }
}
