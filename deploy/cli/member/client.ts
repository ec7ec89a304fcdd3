import type { ClusterJson, HttpCredentials } from '../../../members/http/index.ts'
import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'

export interface MemberClient {
  /** Such as `http://127.0.0.1:8080`, with the context path. */
  readonly url: string
  readonly credentials: HttpCredentials
  readonly tls: Tls | undefined
}

export interface MemberRequest {
  /** With a leading slash and the query. */
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly body?: string | FormData
  readonly signal?: AbortSignal
}

const REQUEST_TIMEOUT_MS = 10_000

/** A text that is sent is JSON; of another type SeaTunnel may take it for a form. */
const contentType = (body: string | FormData | undefined): Readonly<Record<string, string>> =>
  typeof body === 'string' ? { 'content-type': 'application/json' } : {}

const authorization = ({ basic, token }: HttpCredentials): Readonly<Record<string, string>> => {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (basic === undefined) return {}
  const text = new TextEncoder().encode(`${basic.username}:${basic.password}`)
  return { authorization: `Basic ${text.toBase64()}` }
}

const refusal = async (url: string, response: Response): Promise<EngineError> => {
  const text = await response.text()
  // A page is for people with a browser.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
  let message = isPage || text === '' ? response.statusText : text
  try {
    message = (JSON.parse(text) as { message?: string | null }).message ?? message
  } catch {
    // Not from a member; its own words say most.
  }
  const retry = response.status === 503 ? 'backoff' : 'never'
  const said = `${url} answered ${response.status}: ${message.split('\n\tat ', 1)[0]!.slice(0, 500).trim()}`
  return new EngineError('API-002', said, { retry })
}

/** Asks a member over HTTP. Throws API-002 when it does not answer, or not well. */
export const askMember = async (
  host: Host,
  { url, credentials, tls }: MemberClient,
  { path, method = 'GET', body, signal }: MemberRequest,
): Promise<Response> => {
  const target = url + path
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  let response: Response
  try {
    response = await host.http.fetch(target, {
      method,
      headers: { ...authorization(credentials), ...contentType(body) },
      tls,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body }),
    })
  } catch (thrown) {
    throw new EngineError('API-002', `${target} cannot be asked: ${messageOf(thrown)}`, {
      cause: thrown,
      retry: 'backoff',
    })
  }
  if (!response.ok) throw await refusal(target, response)
  return response
}

/** Asks a member for its cluster. Throws API-002 when it does not answer, or not well. */
export const fetchCluster = async (host: Host, client: MemberClient): Promise<ClusterJson> =>
  (await (await askMember(host, client, { path: '/members' })).json()) as ClusterJson
