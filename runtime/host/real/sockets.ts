import type { Socket, SocketHandler } from 'bun'
import { EngineError, messageOf } from '../../errors/index.ts'
import type { Address, Connection, Network, Tls } from '../network.ts'
import { createConnection, type SocketSink } from './connection.ts'
import { tlsOptions } from './tls.ts'

/** How long a connection may be idle before the kernel asks whether the other side lives. */
const KEEP_ALIVE_MS = 30_000

const printed = (address: Address): string => `${address.host}:${address.port}`

const remoteOf = (socket: Socket<SocketSink>): Address => ({
  host: socket.remoteAddress,
  port: socket.remotePort,
})

interface Opening {
  /** Which certificates of the other side will do; undefined for a stream in the clear. */
  readonly trust: 'authorized' | 'any' | undefined
  readonly onOpen: (connection: Connection) => void
  /** The other side has no certificate that we trust. */
  readonly onDistrust?: (reason: string) => void
}

const socketHandler = ({ trust, onOpen, onDistrust }: Opening): SocketHandler<SocketSink> => {
  const open = (socket: Socket<SocketSink>): void => {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.data = createConnection(socket, remoteOf(socket))
    onOpen(socket.data.connection)
  }
  const common: SocketHandler<SocketSink> = {
    data: (socket, bytes) => socket.data?.onData(bytes),
    drain: (socket) => socket.data?.onDrain(),
    close: (socket, error) => {
      if (socket.data === undefined) onDistrust?.(error?.message ?? 'closed while being secured')
      else socket.data.onClose(error)
    },
  }
  if (trust === undefined) return { ...common, open }
  return {
    ...common,
    handshake: (socket, isTrusted, problem) => {
      if (trust === 'any' || (isTrusted && problem === null)) {
        open(socket)
        return
      }
      onDistrust?.(problem?.message ?? 'the certificate is not trusted')
      socket.terminate()
    },
  }
}

const listenerTrust = (tls: Tls | undefined): Opening['trust'] => {
  if (tls === undefined) return undefined
  return tls.asksCertificate === true ? 'authorized' : 'any'
}

export const listen: Network['listen'] = async (address, onConnection, tls) => {
  try {
    const server = Bun.listen<SocketSink>({
      hostname: address.host,
      port: address.port,
      exclusive: true,
      ...(tls === undefined ? {} : { tls: tlsOptions(tls, 'listener', address.host) }),
      socket: socketHandler({ trust: listenerTrust(tls), onOpen: onConnection }),
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

export const dial: Network['dial'] = (address, timeoutMs, tls) =>
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
      ...(tls === undefined ? {} : { tls: tlsOptions(tls, 'dialer', address.host) }),
      socket: socketHandler({
        trust: tls === undefined ? undefined : 'authorized',
        onOpen,
        onDistrust: (reason) => {
          clearTimeout(timeout)
          reject(unreachable(address, reason))
        },
      }),
    }).catch((thrown: unknown) => {
      clearTimeout(timeout)
      reject(unreachable(address, messageOf(thrown), thrown))
    })
  })
