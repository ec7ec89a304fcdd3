import { messageOf } from '../../runtime/errors/index.ts'
import type { Host, Tls } from '../../runtime/host/index.ts'
import type { MemberMiddleware } from './environment.ts'
import { HttpFailure, unavailable } from './failure.ts'
import type { HttpMember } from './member.ts'

/** Carries the id of the member that forwarded; such a request is not forwarded again. */
const FORWARDED_BY = 'x-tidegate-forwarded-by'

/** Headers that mean one connection, not the request (RFC 9110, 7.6.1). */
const CONNECTION_HEADERS: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** All headers that go on to the other side. */
const passedOn = (headers: Headers, dropped: readonly string[]): Headers => {
  const kept = new Headers(headers)
  const named = headers.get('connection')?.split(',') ?? []
  for (const name of [...CONNECTION_HEADERS, ...dropped]) kept.delete(name)
  for (const name of named.map((text) => text.trim())) if (/^[\w-]+$/.test(name)) kept.delete(name)
  return kept
}

export interface ForwardingOptions {
  readonly host: Host
  readonly member: HttpMember
  readonly contextPath: string
  /** How the other members serve HTTPS: as this one. */
  readonly tls: Tls | undefined
}

/** Nobody reads it: 499 is what proxies write into their logs for this. */
const clientGone = (): HttpFailure => new HttpFailure(499, 'The client has gone.')

const send = async (
  { host, member, tls }: ForwardingOptions,
  url: string,
  request: Request,
  signal: AbortSignal,
): Promise<Response> => {
  const headers = passedOn(request.headers, ['host', 'content-length', 'origin'])
  headers.set(FORWARDED_BY, member.id)
  try {
    const response = await host.http.fetch(url, {
      method: request.method,
      headers,
      body: request.body,
      signal,
      redirect: 'manual',
      decompress: false,
      tls,
    })
    const { status, body } = response
    return new Response(body, { status, headers: passedOn(response.headers, []) })
  } catch (thrown) {
    if (signal.aborted) throw signal.reason instanceof HttpFailure ? signal.reason : clientGone()
    if (thrown instanceof HttpFailure) throw thrown
    throw new HttpFailure(502, `The active master cannot be reached: ${messageOf(thrown)}`)
  }
}

/**
 * Lets the handlers behind it run on the active master only: any other member passes the request on
 * and the answer back, both as streams.
 */
export const onlyActiveMaster =
  (options: ForwardingOptions): MemberMiddleware =>
  async (context, next) => {
    const { member, contextPath } = options
    const master = member.activeMaster()
    if (master === member.id) return next()
    const { url, raw } = context.req
    if (raw.headers.has(FORWARDED_BY)) {
      throw unavailable('The active master is changing; try again.')
    }
    if (master === undefined) throw unavailable('The cluster has no active master right now.')
    const masterUrl = await member.httpUrl(master)
    if (masterUrl === undefined) {
      throw unavailable('Only the active master can answer this, and its HTTP port is not known.')
    }
    const { pathname, search } = new URL(url)
    const target = masterUrl + pathname.slice(contextPath.length) + search
    return send(options, target, raw, context.get('signal'))
  }
