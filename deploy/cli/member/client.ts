import type { ClusterJson, HttpCredentials } from '../../../members/http/index.ts'
import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'

export interface MemberClient {
  /** Such as `http://127.0.0.1:8080`, with the context path. */
  readonly url: string
  readonly credentials: HttpCredentials
  readonly tls: Tls | undefined
}

const REQUEST_TIMEOUT_MS = 10_000

const authorization = ({ basic, token }: HttpCredentials): Readonly<Record<string, string>> => {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (basic === undefined) return {}
  const text = new TextEncoder().encode(`${basic.username}:${basic.password}`)
  return { authorization: `Basic ${text.toBase64()}` }
}

const refusal = async (url: string, response: Response): Promise<EngineError> => {
  const text = await response.text()
  let message = text
  try {
    message = (JSON.parse(text) as { message?: string }).message ?? text
  } catch {
    // Not from a member; its own words say most.
  }
  return new EngineError('API-002', `${url} answered ${response.status}: ${message.slice(0, 500)}`)
}

/** Asks a member for its cluster. Throws API-002 when it does not answer, or not well. */
export const fetchCluster = async (
  host: Host,
  { url, credentials, tls }: MemberClient,
): Promise<ClusterJson> => {
  const target = `${url}/members`
  let response: Response
  try {
    response = await host.http.fetch(target, {
      headers: authorization(credentials),
      tls,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
  } catch (thrown) {
    throw new EngineError('API-002', `${target} cannot be asked: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
  if (!response.ok) throw await refusal(target, response)
  return (await response.json()) as ClusterJson
}
