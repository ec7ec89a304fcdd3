import {
  equalsInConstantTime,
  type Address,
  type Connection,
  type Host,
  type Listener,
  type Timer,
  type Tls,
} from '../../host/index.ts'
import { decodeHello, HELLO_BYTES } from './frames.ts'
import type { StreamReader } from './streamReader.ts'

/** How long whoever connects may take to say who it is. */
const HELLO_TIMEOUT_MS = 5000
/** Connections that have not said so yet; more are closed at once. */
const STRANGERS_MAX = 256

export interface StreamListenerOptions {
  readonly host: Host
  readonly bindHost: string
  readonly tls: Tls | undefined
  /** The edges that lead here, by their token. */
  readonly readers: ReadonlyMap<string, StreamReader>
}

export interface StreamListener {
  readonly address: Address
  /** Takes no more connections. */
  close(): void
}

/**
 * Listens for the senders of some edges on a free port, until all have come. Rejects with HST-006
 * when the address cannot be had.
 */
export const listenForStreams = async (options: StreamListenerOptions): Promise<StreamListener> => {
  const { host, bindHost, tls, readers } = options
  const strangers = new Set<Connection>()
  let listener: Listener | undefined
  const close = (): void => {
    void listener?.close()
    for (const stranger of strangers) stranger.destroy()
    strangers.clear()
  }
  const onConnection = (connection: Connection): void => {
    if (strangers.size >= STRANGERS_MAX) {
      connection.destroy()
      return
    }
    strangers.add(connection)
    greet(host, connection, readers, (reader) => {
      strangers.delete(connection)
      if (reader === undefined) connection.destroy()
      else if ([...readers.values()].every((each) => each.isConnected)) close()
    })
  }
  listener = await host.network.listen({ host: bindHost, port: 0 }, onConnection, tls)
  return { address: listener.address, close }
}

/** Reads the hello of a connection and gives the connection to the reader whose token it knows. */
const greet = (
  host: Host,
  connection: Connection,
  readers: ReadonlyMap<string, StreamReader>,
  onDone: (reader: StreamReader | undefined) => void,
): void => {
  const hello = new Uint8Array(HELLO_BYTES)
  let helloBytes = 0
  let reader: StreamReader | undefined
  let isOver = false
  const timer: Timer = host.clock.timer(HELLO_TIMEOUT_MS, () => finish())
  const finish = (): void => {
    if (isOver) return
    isOver = true
    timer.cancel()
    onDone(reader)
  }
  const onData = (bytes: Uint8Array): void => {
    if (reader !== undefined) {
      reader.receive(bytes)
      return
    }
    if (isOver) return
    const taken = bytes.subarray(0, HELLO_BYTES - helloBytes)
    hello.set(taken, helloBytes)
    helloBytes += taken.length
    if (helloBytes < HELLO_BYTES) return
    reader = findReader(readers, hello)
    reader?.connected(connection)
    finish()
    if (taken.length < bytes.length) reader?.receive(bytes.subarray(taken.length))
  }
  connection.handle({
    onData,
    onClose: (error) => {
      finish()
      reader?.connectionClosed(error)
    },
  })
}

const findReader = (
  readers: ReadonlyMap<string, StreamReader>,
  hello: Uint8Array,
): StreamReader | undefined => {
  const proof = decodeHello(hello)
  if (proof === undefined) return undefined
  const encoder = new TextEncoder()
  for (const [token, reader] of readers) {
    // A token opens one connection only.
    if (!reader.isConnected && equalsInConstantTime(encoder.encode(token), proof)) return reader
  }
  return undefined
}
