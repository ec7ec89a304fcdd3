import type { Address, Tls } from './network.ts'

export interface Http {
  /** HTTP as a client; failures reject as those of the standard `fetch` do. */
  fetch(url: string | URL, init?: HttpRequestInit): Promise<Response>
  /** Rejects with EngineError HST-006 when the address cannot be had. */
  serve(options: HttpServeOptions): Promise<HttpServer>
}

export interface HttpRequestInit extends Omit<RequestInit, 'tls'> {
  /** False hands the body on as it came, still compressed. */
  readonly decompress?: boolean
  /** As of `Tls`, for an encrypted request. */
  readonly tls?: Tls | undefined
}

export interface HttpServeOptions {
  readonly address: Address
  /** Bounds the bodies that it reads itself. A rejection is answered with 500 and nothing else. */
  readonly handle: (request: Request) => Response | Promise<Response>
  readonly tls?: Tls | undefined
  /** A connection on which nothing moves for so long is closed; at most 255 s. */
  readonly idleTimeoutMs: number
}

export interface HttpServer {
  readonly address: Address
  /** Takes no more requests, lets those that run end for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>
}
