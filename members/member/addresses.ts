import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Host } from '../../runtime/host/index.ts'
import { matchesPattern, splitHostPort } from '../discovery/index.ts'
import type { MemberSettings, NetworkSettings } from '../settings.ts'

const ANY_HOSTS: readonly string[] = ['0.0.0.0', '::', '']

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')

/** A member beyond loopback takes code from whoever joins: it must be able to refuse strangers. */
export const refuseOpenDoor = ({ network, secret }: MemberSettings): void => {
  const { bindAddress, interfaces, tls, insecure } = network
  const isOpen = interfaces.enabled || !isLoopback(bindAddress)
  const isGuarded = secret !== '' || tls?.asksCertificate === true || insecure
  if (!isOpen || isGuarded) return
  throw new EngineError(
    'CFG-005',
    `Members would listen on ${bindAddress} for everybody: configure a cluster secret, ` +
      'or write insecure: true where the network itself keeps strangers away',
  )
}

/** The address to listen on: with `interfaces` the first own one that a pattern matches. */
export const chooseBindHost = (
  host: Host,
  { bindAddress, interfaces }: NetworkSettings,
): string => {
  if (!interfaces.enabled) return bindAddress
  const own = host.network.interfaces().map(({ address }) => address)
  const found = own.find((address) =>
    interfaces.patterns.some((pattern) => matchesPattern(address, pattern)),
  )
  if (found !== undefined) return found
  throw new EngineError(
    'CFG-005',
    `No address of this machine (${own.join(', ')}) matches network.interfaces ` +
      `(${interfaces.patterns.join(', ')}): correct the patterns or disable interfaces`,
  )
}

/** What others are told to dial; undefined: where this member listens. */
export const publicAddressOf = (
  host: Host,
  { publicAddress }: NetworkSettings,
  boundTo: Address,
): Address | undefined => {
  if (publicAddress !== undefined) {
    const told = splitHostPort(publicAddress)
    return { host: told.host, port: told.port ?? boundTo.port }
  }
  if (!ANY_HOSTS.includes(boundTo.host)) return undefined
  const reachable = host.network.interfaces().find(({ address }) => !isLoopback(address))
  return { host: reachable?.address ?? '127.0.0.1', port: boundTo.port }
}

/** Tries one port after the other, as configured; rejects with the HST-006 of the last. */
export const listenOnFreePort = async <T>(
  { port, portAutoIncrement, portCount }: NetworkSettings,
  listen: (port: number) => Promise<T>,
): Promise<T> => {
  const last = portAutoIncrement && port !== 0 ? port + Math.max(1, portCount) - 1 : port
  for (let tried = port; ; tried += 1) {
    try {
      return await listen(tried)
    } catch (thrown) {
      const isTaken = thrown instanceof EngineError && thrown.code === 'HST-006'
      if (!isTaken || tried >= last) throw thrown
    }
  }
}
