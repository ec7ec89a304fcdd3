import type { Socket, SocketHandler } from 'bun'
import { EngineError, messageOf } from '../../errors/index.ts'
import type { Address, Connection, Network } from '../network.ts'
import { createConnection, type SocketSink } from './connection.ts'
import { openDatagrams } from './datagrams.ts'

const printed = (address: Address): string => `${address.host}:${address.port}`

const remoteOf = (socket: Socket<SocketSink>): Address => ({
  host: socket.remoteAddress,
  port: socket.remotePort,
})

const socketHandler = (onOpen: (connection: Connection) => void): SocketHandler<SocketSink> => ({
  open: (socket) => {
    socket.setNoDelay(true)
    socket.data = createConnection(socket, remoteOf(socket))
    onOpen(socket.data.connection)
  },
  data: (socket, bytes) => socket.data.onData(bytes),
  drain: (socket) => socket.data.onDrain(),
  close: (socket, error) => socket.data?.onClose(error),
})

const listen: Network['listen'] = async (address, onConnection) => {
  try {
    const server = Bun.listen<SocketSink>({
      hostname: address.host,
      port: address.port,
      exclusive: true,
      socket: socketHandler(onConnection),
    })
    return {
      address: { host: address.host, port: server.port },
      close: async () => server.stop(false),
    }
  } catch (thrown) {
    const text = `Cannot listen on ${printed(address)}: ${messageOf(thrown)}`
    throw new EngineError('HST-006', text, { cause: thrown })
  }
}

const unreachable = (address: Address, reason: string, cause?: unknown): EngineError =>
  new EngineError('HST-005', `Cannot connect to ${printed(address)}: ${reason}`, {
    cause,
    retry: 'backoff',
  })

const dial: Network['dial'] = (address, timeoutMs) =>
  new Promise((resolve, reject) => {
    let hasTimedOut = false
    const timeout = setTimeout(() => {
      hasTimedOut = true
      reject(unreachable(address, `no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    const onOpen = (connection: Connection): void => {
      clearTimeout(timeout)
      if (hasTimedOut) connection.destroy()
      else resolve(connection)
    }
    Bun.connect<SocketSink>({
      hostname: address.host,
      port: address.port,
      socket: socketHandler(onOpen),
    }).catch((thrown: unknown) => {
      clearTimeout(timeout)
      reject(unreachable(address, messageOf(thrown), thrown))
    })
  })

/** TCP over the sockets of Bun, UDP over its datagram sockets. */
export const realNetwork: Network = { listen, dial, openDatagrams }
