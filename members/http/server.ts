import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Host, HttpServer } from '../../runtime/host/index.ts'
import { formatAddress } from './addresses.ts'
import { createMemberApp, type MemberAppOptions } from './app.ts'
import { checkExposure, type HttpListenerSettings } from './settings.ts'

export interface MemberHttp {
  /** Where it can be asked, such as `http://127.0.0.1:8080`; in the order of the listeners. */
  readonly urls: readonly string[]
  /** Takes no more requests; those that run have `graceMs` to end. */
  close(graceMs: number): Promise<void>
}

type Handle = (request: Request) => Response | Promise<Response>

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof EngineError && thrown.code === 'HST-006'

const listen = async (
  { http }: Host,
  { address, portRange, tls }: HttpListenerSettings,
  handle: Handle,
  idleTimeoutMs: number,
): Promise<HttpServer> => {
  const last = address.port === 0 ? 0 : address.port + portRange
  for (let port = address.port; ; port += 1) {
    try {
      return await http.serve({ address: { ...address, port }, handle, tls, idleTimeoutMs })
    } catch (thrown) {
      if (!isTaken(thrown) || port >= last) throw thrown
    }
  }
}

/** Listens on every configured address, or on none. Throws API-001 or HST-006. */
export const startMemberHttp = async (
  host: Host,
  options: MemberAppOptions,
): Promise<MemberHttp> => {
  const { settings } = options
  checkExposure(settings)
  const app = createMemberApp(host, options)
  const servers: HttpServer[] = []
  const close = async (graceMs: number): Promise<void> => {
    await Promise.all(servers.map((server) => server.close(graceMs)))
  }
  const urlOf = (address: Address, isSecure: boolean): string =>
    `${isSecure ? 'https' : 'http'}://${formatAddress(address)}${settings.contextPath}`
  try {
    for (const listener of settings.listeners) {
      const handle: Handle = (request) => app.fetch(request)
      servers.push(await listen(host, listener, handle, settings.requestTimeoutMs * 2))
    }
  } catch (thrown) {
    await close(0)
    throw thrown
  }
  const urls = servers.map(({ address }, index) =>
    urlOf(address, settings.listeners[index]?.tls !== undefined),
  )
  return { urls, close }
}
