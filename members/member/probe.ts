import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Host } from '../../runtime/host/index.ts'
import type { MembershipEvent } from '../membership/index.ts'
import type { Messenger } from '../wire/index.ts'

type Found = Extract<MembershipEvent, { readonly kind: 'probed' }>['found']

/**
 * A machine that runs says at once that nobody listens; one that is off or cut off says nothing,
 * or its router says so after a while.
 */
const ANSWER_MS = 1000
const HANDSHAKE_MS = 5000

/** Who listens at an address. Does not reject. */
export const probe = async (host: Host, messenger: Messenger, address: Address): Promise<Found> => {
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
    const isStranger = thrown instanceof EngineError && thrown.code.startsWith('NET-00')
    return { kind: isStranger && thrown.code !== 'NET-003' ? 'stranger' : 'silent' }
  }
}
