import { createSocket, type Socket } from 'node:dgram'
import { EngineError, messageOf } from '../../errors/index.ts'
import type { DatagramOptions, DatagramSocket, Network } from '../network.ts'

type Multicast = NonNullable<DatagramOptions['multicast']>

const join = (socket: Socket, multicast: Multicast): void => {
  socket.setMulticastTTL(multicast.timeToLive)
  socket.setMulticastLoopback(multicast.loopback)
  // The kernel would otherwise send by the interface of its default route.
  if (multicast.interfaceAddress !== undefined) {
    socket.setMulticastInterface(multicast.interfaceAddress)
  }
  socket.addMembership(multicast.group, multicast.interfaceAddress)
}

const bind = async (socket: Socket, host: string, port: number): Promise<void> => {
  const bound = Promise.withResolvers<void>()
  socket.once('error', bound.reject)
  socket.bind(port, host, bound.resolve)
  await bound.promise
  socket.off('error', bound.reject)
}

const wrap = (socket: Socket): DatagramSocket => {
  const { address: host, port } = socket.address()
  let isClosed = false
  return {
    address: { host, port },
    send: (bytes, to) => {
      // A failure (no route, larger than a datagram can be) is as a loss on the way. The call may
      // send later, so it gets bytes of its own.
      if (!isClosed) socket.send(bytes.slice(), to.port, to.host, () => {})
    },
    close: () => {
      if (isClosed) return
      isClosed = true
      socket.close()
    },
  }
}

/**
 * Opens a datagram socket. All members on one machine listen to one multicast port, which only
 * node:dgram can share (SO_REUSEADDR); Bun.udpSocket of 1.4.5 cannot.
 */
export const openDatagrams: Network['openDatagrams'] = async (options) => {
  const { host, port } = options.address
  const type = host.includes(':') ? 'udp6' : 'udp4'
  const socket = createSocket({ type, reuseAddr: options.multicast !== undefined })
  try {
    await bind(socket, host, port)
    if (options.multicast !== undefined) join(socket, options.multicast)
  } catch (thrown) {
    socket.close()
    const text = `Cannot open datagrams on ${host}:${port}: ${messageOf(thrown)}`
    throw new EngineError('HST-006', text, { cause: thrown })
  }
  // An unreachable receiver answers with ICMP; datagrams promise no arrival.
  socket.on('error', () => {})
  socket.on('message', (bytes, from) =>
    options.onMessage(bytes, { host: from.address, port: from.port }),
  )
  return wrap(socket)
}
