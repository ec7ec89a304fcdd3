import { EngineError } from '../../runtime/errors/index.ts'
import { addressKey, type Address, type Host } from '../../runtime/host/index.ts'
import type { MembershipEvent } from '../membership/index.ts'
import type { Messenger } from '../wire/index.ts'

type Found = Extract<MembershipEvent, { readonly kind: 'probed' }>['found']

/**
 * A machine that runs says at once that nobody listens; one that is off or cut off says nothing,
 * or its router says so after a while.
 */
const ANSWER_MS = 1000
const HANDSHAKE_MS = 5000

const STRANGER_CODES: readonly string[] = ['NET-001', 'NET-002', 'NET-007']

/** What a failed connection to an address tells. */
export const foundBy = (reason: unknown): Found => {
  const isStranger = reason instanceof EngineError && STRANGER_CODES.includes(reason.code)
  return { kind: isStranger ? 'stranger' : 'silent' }
}

const look = async (host: Host, messenger: Messenger, address: Address): Promise<Found> => {
  const startMs = host.clock.monotonic()
  try {
    const connection = await host.network.dial(address, ANSWER_MS)
    connection.handle({ onData: () => {}, onClose: () => {} })
    connection.destroy()
  } catch {
    const tookMs = host.clock.monotonic() - startMs
    return { kind: tookMs < ANSWER_MS / 2 ? 'refused' : 'silent' }
  }
  try {
    const { id } = await messenger.connect(address, HANDSHAKE_MS)
    return { kind: 'process', processId: id }
  } catch (thrown) {
    return foundBy(thrown)
  }
}

/** Finds out who listens at an address; one look at an address at a time. */
export type Prober = (address: Address) => void

export const createProber = (
  host: Host,
  messenger: Messenger,
  onFound: (address: Address, found: Found, askedAtMs: number) => void,
): Prober => {
  const looking = new Set<string>()
  return (address) => {
    const key = addressKey(address)
    if (looking.has(key)) return
    looking.add(key)
    const askedAtMs = host.clock.monotonic()
    void look(host, messenger, address).then((found) => {
      looking.delete(key)
      onFound(address, found, askedAtMs)
    })
  }
}
