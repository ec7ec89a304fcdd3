import type { Address } from '../../runtime/host/index.ts'
import type { MessageKind, Messenger } from '../wire/index.ts'
import { isLoopback } from './settings.ts'

/** The kind of the question "where is your HTTP port?" on the wire; the answer is a URL or nothing. */
const LOCATION_KIND: MessageKind = 2
const ANSWER_TIMEOUT_MS = 2000
/** Answers that are kept; a member has one for as long as it lives. */
const KNOWN_MAX = 1000

/** Where the HTTP ports of the members are; each is asked once. */
export interface HttpLocations {
  /** Undefined when the member has no HTTP port or does not answer. */
  urlOf(member: { readonly id: string; readonly address: Address }): Promise<string | undefined>
}

const ANY_HOSTS: readonly string[] = ['0.0.0.0', '[::]']

/**
 * The URL by which other members reach a port that listens at `ownUrl`; undefined when it is on
 * loopback and the members are not all on this machine.
 */
export const urlForOthers = (ownUrl: string, memberHost: string): string | undefined => {
  const url = new URL(ownUrl)
  const isHidden = isLoopback(url.hostname) && !isLoopback(memberHost)
  if (isHidden) return undefined
  if (ANY_HOSTS.includes(url.hostname)) {
    url.hostname = memberHost.includes(':') ? `[${memberHost}]` : memberHost
  }
  return url.href.replace(/\/$/, '')
}

/** Asks a member as a client where its HTTP port is; undefined when it has none that is known. */
export const locateHttp = async (
  messenger: Pick<Messenger, 'request'>,
  address: Address,
): Promise<string | undefined> => {
  const options = { timeoutMs: ANSWER_TIMEOUT_MS }
  const answer = await messenger.request(address, LOCATION_KIND, new Uint8Array(), options)
  const url = new TextDecoder().decode(answer)
  return URL.canParse(url) ? url : undefined
}

/** Answers where our own port is, and finds those of others. */
export const createHttpLocations = (
  messenger: Messenger,
  ownUrl: string | undefined,
): HttpLocations => {
  const known = new Map<string, string>()
  const { address: self } = messenger.identity
  const told = ownUrl === undefined ? undefined : urlForOthers(ownUrl, self.host)
  messenger.onRequest(LOCATION_KIND, async () => new TextEncoder().encode(told ?? ''))
  messenger.openToClients([LOCATION_KIND])
  const ask = async (address: Address): Promise<string> => {
    try {
      const options = { timeoutMs: ANSWER_TIMEOUT_MS }
      const answer = await messenger.request(address, LOCATION_KIND, new Uint8Array(), options)
      return new TextDecoder().decode(answer)
    } catch {
      // The membership finds out what is the matter with it; the next question asks again.
      return ''
    }
  }
  const remember = (id: string, url: string): void => {
    const oldest = known.size < KNOWN_MAX ? undefined : known.keys().next().value
    if (oldest !== undefined) known.delete(oldest)
    known.set(id, url)
  }
  return {
    urlOf: async ({ id, address }) => {
      if (address.host === self.host && address.port === self.port) return ownUrl
      const found = known.get(id) ?? (await ask(address))
      if (!URL.canParse(found)) return undefined
      remember(id, found)
      return found
    },
  }
}
