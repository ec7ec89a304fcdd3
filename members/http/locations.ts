import type { Address } from '../../runtime/host/index.ts'
import type { MessageKind, Messenger } from '../wire/index.ts'

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

/** Answers where our own port is, and finds those of others. */
export const createHttpLocations = (
  messenger: Messenger,
  ownUrl: string | undefined,
): HttpLocations => {
  const known = new Map<string, string>()
  messenger.onRequest(LOCATION_KIND, async () => new TextEncoder().encode(ownUrl ?? ''))
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
      const { identity } = messenger
      if (address.host === identity.address.host && address.port === identity.address.port) {
        return ownUrl
      }
      const found = known.get(id) ?? (await ask(address))
      if (!URL.canParse(found)) return undefined
      remember(id, found)
      return found
    },
  }
}
