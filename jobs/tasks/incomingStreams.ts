import { assert } from '../../runtime/errors/index.ts'
import {
  listenForStreams,
  StreamReader,
  type StreamListener,
} from '../../runtime/exchange/index.ts'
import type { Address, Host } from '../../runtime/host/index.ts'
import type { ExchangePlace } from './messages.ts'

/** The edges that lead from other members to this isolate, by their tokens. */
export class IncomingStreams {
  readonly address: Address
  readonly #listener: StreamListener
  readonly #readers: ReadonlyMap<string, StreamReader>

  private constructor(
    address: Address,
    listener: StreamListener,
    readers: ReadonlyMap<string, StreamReader>,
  ) {
    this.address = address
    this.#listener = listener
    this.#readers = readers
  }

  /** `fail` is called when a sender is gone before its end. */
  static async open(
    host: Host,
    tokens: readonly string[],
    exchange: ExchangePlace,
    fail: (error: Error) => void,
  ): Promise<IncomingStreams> {
    const readers = new Map(tokens.map((token) => [token, new StreamReader(fail)]))
    const { bindHost, publicHost, tls } = exchange
    const listener = await listenForStreams({ host, bindHost, tls, readers })
    const address = { host: publicHost, port: listener.address.port }
    return new IncomingStreams(address, listener, readers)
  }

  reader(token: string): StreamReader {
    const reader = this.#readers.get(token)
    assert(reader !== undefined, 'a group listens for all edges that lead to it')
    return reader
  }

  close(): void {
    this.#listener.close()
  }
}
