/** TCP and UDP, as bytes. Addresses are `{ host, port }`; port 0 asks for a free one. */
export interface Network {
  /** Rejects with EngineError HST-006 when the address cannot be had. */
  listen(
    address: Address,
    onConnection: (connection: Connection) => void,
    tls?: Tls,
  ): Promise<Listener>
  /** Rejects with EngineError HST-005 when nobody answers within `timeoutMs`. */
  dial(address: Address, timeoutMs: number, tls?: Tls): Promise<Connection>
  /** Rejects with EngineError HST-006 when the address or the group cannot be had. */
  openDatagrams(options: DatagramOptions): Promise<DatagramSocket>
  /** All addresses of a name, in no order; rejects with EngineError HST-005 when it has none. */
  resolve(name: string): Promise<string[]>
  /** The addresses of this machine, at this moment. */
  interfaces(): NetworkInterface[]
}

export interface NetworkInterface {
  readonly name: string
  readonly address: string
  /** Reached from this machine only. */
  readonly isLoopback: boolean
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** One text for one address, to find it by. */
export const addressKey = ({ host, port }: Address): string => `${host}:${port}`

/** Encryption of a stream; texts are PEM. The other side must present a certificate we trust. */
export interface Tls {
  /** Needed to listen; a dialer sends it when the listener asks for one. */
  readonly certificate?: string
  readonly key?: string
  /** Who signs the certificates we trust; the authorities of the system when absent. */
  readonly authorities?: string
  /** Listener only: refuse dialers without a trusted certificate (mutual TLS). */
  readonly asksCertificate?: boolean
  /** Dialer only: the name that the certificate must carry; the dialed host when absent. */
  readonly serverName?: string
}

export interface Listener {
  readonly address: Address
  /** Takes no more connections; those that stand stay open. */
  close(): Promise<void>
}

/** A byte stream both ways. What arrives before `handle` waits for it. */
export interface Connection {
  readonly remote: Address
  readonly local: Address
  /**
   * Queues all of `bytes`, which the caller may reuse at once; returns the bytes that still wait in
   * this process. Bytes for a closed connection vanish: `onClose` tells.
   */
  write(bytes: Uint8Array): number
  /** Sets the handlers, once. */
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
  /** Called once, however the connection ended, never inside a call on the connection. */
  onClose(error?: Error): void
}

export interface DatagramOptions {
  readonly address: Address
  /** Joins a group on the interface with this address. */
  readonly multicast?: {
    readonly group: string
    readonly interfaceAddress?: string
    /** Routers it may pass, plus one: 1 to 255. */
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
