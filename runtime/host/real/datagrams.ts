import { EngineError, messageOf } from '../../errors/index.ts'
import type { DatagramOptions, DatagramSocket, Network } from '../network.ts'

type Multicast = NonNullable<DatagramOptions['multicast']>

const join = (socket: Bun.udp.Socket<'uint8array'>, multicast: Multicast): void => {
  socket.setMulticastTTL(multicast.timeToLive)
  socket.setMulticastLoopback(multicast.loopback)
  // The kernel would otherwise send by the interface of its default route.
  if (multicast.interfaceAddress !== undefined) {
    socket.setMulticastInterface(multicast.interfaceAddress)
  }
  socket.addMembership(multicast.group, multicast.interfaceAddress)
}

/** Opens a datagram socket, joined to a multicast group where the options name one. */
export const openDatagrams: Network['openDatagrams'] = async (options) => {
  const { host, port } = options.address
  let socket: Bun.udp.Socket<'uint8array'> | undefined
  try {
    socket = await Bun.udpSocket<'uint8array'>({
      hostname: host,
      port,
      binaryType: 'uint8array',
      socket: {
        data: (_socket, bytes, fromPort, fromHost) =>
          options.onMessage(bytes, { host: fromHost, port: fromPort }),
        // An unreachable receiver answers with ICMP; datagrams promise no arrival.
        error: () => {},
      },
    })
    if (options.multicast !== undefined) join(socket, options.multicast)
    return wrap(socket, host)
  } catch (thrown) {
    socket?.close()
    const text = `Cannot open datagrams on ${host}:${port}: ${messageOf(thrown)}`
    throw new EngineError('HST-006', text, { cause: thrown })
  }
}

const wrap = (socket: Bun.udp.Socket<'uint8array'>, host: string): DatagramSocket => ({
  address: { host, port: socket.port },
  send: (bytes, to) => {
    if (socket.closed) return
    try {
      socket.send(bytes, to.port, to.host)
    } catch {
      // As lost on the way: no route, or larger than a datagram can be.
    }
  },
  close: () => {
    if (!socket.closed) socket.close()
  },
})
