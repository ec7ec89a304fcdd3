import type { Socket } from 'bun'
import type { Address, Connection, ConnectionHandlers } from '../network.ts'

/** The side of a connection that the events of its socket drive. */
export interface SocketSink {
  readonly connection: Connection
  onData(bytes: Uint8Array): void
  onDrain(): void
  onClose(error?: Error): void
}

/**
 * Wraps a socket of Bun, which writes what the kernel takes and forgets the rest: what is left
 * waits here and is sent when the kernel has room.
 */
export const createConnection = (socket: Socket<SocketSink>, remote: Address): SocketSink => {
  let handlers: ConnectionHandlers | undefined
  let early: Uint8Array[] = []
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let isEnding = false
  let closed: { error: Error | undefined } | undefined

  const sendWaiting = (): void => {
    let sent = 0
    for (const chunk of waiting) {
      const written = Math.max(0, socket.write(chunk))
      waitingBytes -= written
      if (written < chunk.length) {
        waiting[sent] = chunk.subarray(written)
        break
      }
      sent += 1
    }
    waiting = waiting.slice(sent)
  }
  const write = (bytes: Uint8Array): number => {
    if (closed !== undefined || isEnding || bytes.length === 0) return waitingBytes
    const written = waiting.length === 0 ? Math.max(0, socket.write(bytes)) : 0
    if (written < bytes.length) {
      waiting.push(bytes.slice(written))
      waitingBytes += bytes.length - written
    }
    return waitingBytes
  }
  // A microtask later, so that `onClose` never runs inside a call on the connection.
  const tellClosed = (): void => queueMicrotask(() => handlers?.onClose(closed?.error))
  const handle = (given: ConnectionHandlers): void => {
    handlers = given
    const arrived = early
    early = []
    for (const bytes of arrived) given.onData(bytes)
    if (closed !== undefined) tellClosed()
  }
  const end = (): void => {
    if (isEnding || closed !== undefined) return
    isEnding = true
    if (waiting.length === 0) socket.end()
  }
  const connection: Connection = {
    remote,
    local: { host: socket.localAddress, port: socket.localPort },
    write,
    handle,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end,
    destroy: () => socket.terminate(),
  }
  return {
    connection,
    onData: (bytes) => {
      if (handlers === undefined) early.push(bytes.slice())
      else handlers.onData(bytes)
    },
    onDrain: () => {
      if (waiting.length === 0) return
      sendWaiting()
      if (waiting.length > 0) return
      if (isEnding) socket.end()
      else handlers?.onDrain?.()
    },
    onClose: (error) => {
      if (closed !== undefined) return
      closed = { error }
      waiting = []
      waitingBytes = 0
      if (handlers !== undefined) tellClosed()
    },
  }
}
