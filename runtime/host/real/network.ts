import { networkInterfaces } from 'node:os'
import { EngineError } from '../../errors/index.ts'
import type { Network } from '../network.ts'

const resolve: Network['resolve'] = async (name) => {
  try {
    const { lookup } = await import('node:dns/promises')
    const found = await lookup(name, { all: true })
    return [...new Set(found.map(({ address }) => address))]
  } catch (thrown) {
    throw new EngineError('HST-005', `No address of "${name}" is known`, {
      cause: thrown,
      retry: 'backoff',
    })
  }
}

const interfaces: Network['interfaces'] = () =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, internal }) => ({ name, address, isLoopback: internal })),
  )

/** TCP over the sockets of Bun, UDP over its datagram sockets; loaded when they are first needed. */
export const realNetwork: Network = {
  listen: async (...request) => (await import('./sockets.ts')).listen(...request),
  dial: async (...request) => (await import('./sockets.ts')).dial(...request),
  openDatagrams: async (options) => (await import('./datagrams.ts')).openDatagrams(options),
  resolve,
  interfaces,
}
