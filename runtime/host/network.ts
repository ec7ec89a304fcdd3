/** TCP and UDP, as bytes. Addresses are `{ host, port }`; port 0 asks for a free one. */
export interface Network {
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener>
  /** Rejects with EngineError HST-004 when nobody answers within `timeoutMs`. */
  dial(address: Address, timeoutMs: number): Promise<Connection>
  openDatagrams(options: DatagramOptions): Promise<DatagramSocket>
}

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Listener {
  readonly address: Address
  close(): Promise<void>
}

/** A byte stream both ways. Handlers are set once, before the current turn of the event loop ends. */
export interface Connection {
  readonly remote: Address
  readonly local: Address
  /** Queues all of `bytes`; returns the bytes that still wait in this process. */
  write(bytes: Uint8Array): number
  handle(handlers: ConnectionHandlers): void
  /** Stops or resumes `onData`: back-pressure towards the peer. */
  pause(): void
  resume(): void
  /** Sends what waits, then closes. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

export interface ConnectionHandlers {
  /** `bytes` may be reused after the call returns. */
  onData(bytes: Uint8Array): void
  /** The queue of `write` has become empty. */
  onDrain?(): void
  /** Called once, however the connection ended. */
  onClose(error?: Error): void
}

export interface DatagramOptions {
  readonly address: Address
  /** Joins a group on the interface with this address. */
  readonly multicast?: {
    readonly group: string
    readonly interfaceAddress?: string
    readonly timeToLive: number
    readonly loopback: boolean
  }
  readonly onMessage: (bytes: Uint8Array, from: Address) => void
}

export interface DatagramSocket {
  readonly address: Address
  /** Sends without any promise of arrival. */
  send(bytes: Uint8Array, to: Address): void
  close(): void
}
