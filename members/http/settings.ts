import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Tls } from '../../runtime/host/index.ts'

/** Who may use the routes that need credentials; either of the two will do where both are set. */
export interface HttpCredentials {
  readonly basic?: { readonly username: string; readonly password: string } | undefined
  readonly token?: string | undefined
}

export interface HttpListenerSettings {
  readonly address: Address
  /** How many ports after that of `address` are tried when it is taken. */
  readonly portRange: number
  readonly tls?: Tls | undefined
}

/** Which of Hazelcast's paths are served; the names are those of its endpoint groups. */
export interface EndpointGroups {
  readonly clusterRead: boolean
  readonly healthCheck: boolean
  readonly data: boolean
}

export interface HttpSettings {
  /** One for HTTP, one for HTTPS, or both. The first is the one that other members use. */
  readonly listeners: readonly HttpListenerSettings[]
  /** Stands before every path: empty, or `/` and a text. */
  readonly contextPath: string
  readonly endpointGroups: EndpointGroups
  readonly credentials: HttpCredentials
  /** Lets a port be open to other machines without credentials. */
  readonly insecure: boolean
  readonly bodyBytesMax: number
  /** From the first byte of a request to the first byte of its answer. */
  readonly requestTimeoutMs: number
  /** Requests that may run at once; more are answered with 503. */
  readonly requestsMax: number
}

export const DEFAULT_HTTP_SETTINGS: HttpSettings = {
  listeners: [{ address: { host: '127.0.0.1', port: 8080 }, portRange: 0 }],
  contextPath: '',
  endpointGroups: { clusterRead: true, healthCheck: true, data: false },
  credentials: {},
  insecure: false,
  bodyBytesMax: 64 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  requestsMax: 256,
}

/** True for an address that only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

export const hasCredentials = ({ basic, token }: HttpCredentials): boolean =>
  basic !== undefined || token !== undefined

/** Throws API-001 where an uploaded job, which is code, could come from anybody. */
export const checkExposure = ({ listeners, credentials, insecure }: HttpSettings): void => {
  const open = listeners.find(({ address }) => !isLoopback(address.host))
  if (open === undefined || insecure || hasCredentials(credentials)) return
  throw new EngineError(
    'API-001',
    `HTTP on ${open.address.host}:${open.address.port} would obey anybody who can reach it.`,
  )
}
