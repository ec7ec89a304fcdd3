import type { Socket } from 'bun'
import type { Address, Connection, ConnectionHandlers } from '../network.ts'

/** The side of a connection that the events of its socket drive. */
export interface SocketSink {
  readonly connection: Connection
  onData(bytes: Uint8Array): void
  onDrain(): void
  onClose(error?: Error): void
}

interface State {
  readonly socket: Socket<SocketSink>
  handlers: ConnectionHandlers | undefined
  /** Came before the handlers. */
  early: Uint8Array[]
  /** Written, but not taken by the kernel yet. */
  waiting: Uint8Array[]
  waitingBytes: number
  isEnding: boolean
  closed: { readonly error: Error | undefined } | undefined
}

const sendWaiting = (state: State): void => {
  let sent = 0
  for (const chunk of state.waiting) {
    const written = Math.max(0, state.socket.write(chunk))
    state.waitingBytes -= written
    if (written < chunk.length) {
      state.waiting[sent] = chunk.subarray(written)
      break
    }
    sent += 1
  }
  state.waiting = state.waiting.slice(sent)
}

const write = (state: State, bytes: Uint8Array): number => {
  const { socket, waiting } = state
  const isIdle = state.closed !== undefined || state.isEnding || bytes.length === 0
  if (isIdle) return state.waitingBytes
  const written = waiting.length === 0 ? Math.max(0, socket.write(bytes)) : 0
  if (written < bytes.length) {
    waiting.push(bytes.slice(written))
    state.waitingBytes += bytes.length - written
  }
  return state.waitingBytes
}

/** A microtask later, so that `onClose` never runs inside a call on the connection. */
const tellClosed = (state: State): void =>
  queueMicrotask(() => state.handlers?.onClose(state.closed?.error))

const handle = (state: State, handlers: ConnectionHandlers): void => {
  state.handlers = handlers
  const arrived = state.early
  state.early = []
  for (const bytes of arrived) handlers.onData(bytes)
  if (state.closed !== undefined) tellClosed(state)
}

const end = (state: State): void => {
  if (state.isEnding || state.closed !== undefined) return
  state.isEnding = true
  if (state.waiting.length === 0) state.socket.end()
}

const onDrain = (state: State): void => {
  if (state.waiting.length === 0) return
  sendWaiting(state)
  if (state.waiting.length > 0) return
  if (state.isEnding) state.socket.end()
  else state.handlers?.onDrain?.()
}

const onClose = (state: State, error: Error | undefined): void => {
  if (state.closed !== undefined) return
  state.closed = { error }
  state.waiting = []
  state.waitingBytes = 0
  if (state.handlers !== undefined) tellClosed(state)
}

/**
 * Wraps a socket of Bun, which writes what the kernel takes and forgets the rest: what is left
 * waits here and is sent when the kernel has room.
 */
export const createConnection = (socket: Socket<SocketSink>, remote: Address): SocketSink => {
  const state: State = {
    socket,
    handlers: undefined,
    early: [],
    waiting: [],
    waitingBytes: 0,
    isEnding: false,
    closed: undefined,
  }
  return {
    connection: {
      remote,
      local: { host: socket.localAddress, port: socket.localPort },
      write: (bytes) => write(state, bytes),
      handle: (handlers) => handle(state, handlers),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => end(state),
      destroy: () => socket.terminate(),
    },
    onData: (bytes) => {
      if (state.handlers === undefined) state.early.push(bytes.slice())
      else state.handlers.onData(bytes)
    },
    onDrain: () => onDrain(state),
    onClose: (error) => onClose(state, error),
  }
}
