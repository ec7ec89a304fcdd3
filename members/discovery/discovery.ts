import type { Address, Host } from '../../runtime/host/index.ts'
import type { MemberSettings } from '../settings.ts'
import { discoverByList } from './lists.ts'
import type { DiscoveryMethod } from './method.ts'
import { discoverByMulticast } from './multicast.ts'

export interface DiscoveryOptions {
  readonly host: Host
  readonly method: DiscoveryMethod
  readonly settings: MemberSettings
  /** What others are told about this member. */
  readonly self: Address
  /** Where this member listens. */
  readonly boundTo: Address
  /** This member has no cluster yet. */
  readonly isLooking: () => boolean
  /** This member tells others where it is. */
  readonly answers: () => boolean
  readonly onFound: (addresses: readonly Address[]) => void
}

/** A search that goes on until it is closed. */
export interface Discovery {
  close(): void
}

/** Looks for members; what is known from the start is told before this resolves. */
export const startDiscovery = async (options: DiscoveryOptions): Promise<Discovery> => {
  switch (options.method) {
    case 'multicast':
      return discoverByMulticast(options)
    case 'tcp-ip':
    case 'dns':
      return discoverByList(options)
    case 'none':
      return { close: () => {} }
    default:
      return options.method satisfies never
  }
}
