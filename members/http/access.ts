import { equalsInConstantTime, hmacSha256, type Random } from '../../runtime/host/index.ts'
import type { MemberMiddleware } from './environment.ts'
import { HttpFailure } from './failure.ts'
import { hasCredentials, type HttpCredentials } from './settings.ts'

const encoder = new TextEncoder()
const KEY_BYTES = 32

const base64Of = (text: string): string => encoder.encode(text).toBase64()

/** The values of the header `Authorization` that open the door. */
const accepted = ({ basic, token }: HttpCredentials): readonly (readonly [string, string])[] => [
  ...(basic === undefined
    ? []
    : [['basic', base64Of(`${basic.username}:${basic.password}`)] as const]),
  ...(token === undefined ? [] : [['bearer', token] as const]),
]

const CHALLENGES = {
  basic: 'Basic realm="Tidegate", charset="UTF-8"',
  bearer: 'Bearer realm="Tidegate"',
}

const challenge = ({ basic, token }: HttpCredentials): string =>
  [
    ...(basic === undefined ? [] : [CHALLENGES.basic]),
    ...(token === undefined ? [] : [CHALLENGES.bearer]),
  ].join(', ')

/**
 * Asks for credentials when some are configured. What is compared are keyed digests of one length,
 * so that the time it takes tells neither content nor length of a secret.
 */
export const requireCredentials = (
  credentials: HttpCredentials,
  random: Random,
): MemberMiddleware => {
  if (!hasCredentials(credentials)) return (_, next) => next()
  const key = random.bytes(KEY_BYTES).toHex()
  const digestOf = (scheme: string, value: string): Uint8Array =>
    hmacSha256(key, [encoder.encode(`${scheme.toLowerCase()} ${value}`)])
  const digests = accepted(credentials).map(([scheme, value]) => digestOf(scheme, value))
  const headers = { 'www-authenticate': challenge(credentials) }
  return async (context, next) => {
    const [, scheme = '', value = ''] =
      /^(\S+) +(\S+)\s*$/.exec(context.req.header('authorization') ?? '') ?? []
    const given = digestOf(scheme, value)
    // Every digest is looked at, whichever fits.
    const matches = digests.filter((digest) => equalsInConstantTime(digest, given))
    if (matches.length === 0) {
      throw new HttpFailure(401, 'This needs the credentials of the cluster.', headers)
    }
    await next()
  }
}
