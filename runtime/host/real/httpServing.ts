import { EngineError, messageOf } from '../../errors/index.ts'
import type { HttpServeOptions, HttpServer } from '../http.ts'
import { tlsOptions } from './tls.ts'

/** The longest time that Bun waits on an idle connection. */
const IDLE_SECONDS_MAX = 255

const close = async (server: Bun.Server<undefined>, graceMs: number): Promise<void> => {
  const patience = Promise.withResolvers<void>()
  const timer = setTimeout(patience.resolve, graceMs)
  await Promise.race([server.stop(false), patience.promise])
  clearTimeout(timer)
  await server.stop(true)
}

export const serve = async (options: HttpServeOptions): Promise<HttpServer> => {
  const { address, handle, tls, idleTimeoutMs } = options
  try {
    const server = Bun.serve({
      hostname: address.host,
      port: address.port,
      idleTimeout: Math.min(IDLE_SECONDS_MAX, Math.ceil(idleTimeoutMs / 1000)),
      // What nobody reads is not kept, and whoever reads has a limit of his own.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // Bun shares a port without complaint when it is not in development, unless told not to.
      reusePort: false,
      fetch: (request) => handle(request),
      error: () => new Response(null, { status: 500 }),
      ...(tls === undefined ? {} : { tls: tlsOptions(tls, 'listener', address.host) }),
    })
    return {
      address: { host: address.host, port: server.port ?? address.port },
      close: (graceMs) => close(server, graceMs),
    }
  } catch (thrown) {
    const text = `Cannot listen on ${address.host}:${address.port}: ${messageOf(thrown)}`
    throw new EngineError('HST-006', text, { cause: thrown })
  }
}
