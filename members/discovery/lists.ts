import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Timer } from '../../runtime/host/index.ts'
import type { Discovery, DiscoveryOptions } from './discovery.ts'
import { expandMembers } from './patterns.ts'

/** Names in a list may get other addresses, too. */
const LIST_INTERVAL_SECONDS = 10
const MS = 1000

/** The addresses of a name; none while it cannot be resolved. */
const resolve = async ({ host }: DiscoveryOptions, { host: name, port }: Address) => {
  try {
    const addresses = await host.network.resolve(name)
    return addresses.map((address) => ({ host: address, port }))
  } catch (thrown) {
    if (thrown instanceof EngineError) return []
    throw thrown
  }
}

const listed = ({ settings }: DiscoveryOptions): Address[] => {
  const { join, network } = settings
  const { port, portAutoIncrement, portCount } = network
  if (join.dns.enabled) return [{ host: join.dns.name, port: join.dns.port ?? port }]
  const { members, requiredMember, portTryCount } = join.tcpIp
  const count = portAutoIncrement ? Math.min(portTryCount, portCount) : 1
  const ports = Array.from({ length: count }, (_, at) => port + at)
  const required = requiredMember === undefined ? [] : expandMembers([requiredMember], [port])
  return [...expandMembers(members, ports), ...required]
}

/** Looks the configured names up, now and from time to time. */
export const discoverByList = async (options: DiscoveryOptions): Promise<Discovery> => {
  const addresses = listed(options)
  const { dns } = options.settings.join
  const intervalMs = (dns.enabled ? dns.resolveIntervalSeconds : LIST_INTERVAL_SECONDS) * MS
  let timer: Timer | undefined
  let isClosed = false
  const lookUp = async (): Promise<void> => {
    const found = await Promise.all(addresses.map((address) => resolve(options, address)))
    if (isClosed) return
    options.onFound(found.flat())
    timer = options.host.clock.timer(intervalMs, () => void lookUp())
  }
  await lookUp()
  return {
    close: () => {
      isClosed = true
      timer?.cancel()
    },
  }
}
