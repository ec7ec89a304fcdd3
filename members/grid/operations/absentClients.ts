import type { Clock, Timer } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { GRID_KINDS } from '../kinds.ts'

const ANSWER_MS = 5000

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const YES = new Uint8Array([1])
const NO = new Uint8Array([0])

/**
 * Finds out which clients are gone for good: they said so, or they are away from this member for
 * `cleanupTimeoutMs`, and connected to no other one. `onGone` is called on every member. Returns how to stop it.
 */
export const watchClients = (
  clock: Clock,
  member: Member,
  cleanupTimeoutMs: number,
  onGone: (clientId: string) => void,
): (() => void) => {
  const { messenger } = member
  const away = new Map<string, Timer>()
  const isConnected = (clientId: string): boolean =>
    messenger.clients().some(({ id }) => id === clientId)
  const others = () => member.members().filter(({ id }) => id !== member.self.id)

  const isElsewhere = async (clientId: string): Promise<boolean> => {
    const body = encoder.encode(clientId)
    const answers = await Promise.allSettled(
      others().map(({ address }) =>
        messenger.request(address, GRID_KINDS.hasClient, body, { timeoutMs: ANSWER_MS }),
      ),
    )
    // A member that does not answer may have it.
    return answers.some((answer) => answer.status === 'rejected' || answer.value[0] === YES[0])
  }
  const isGone = (clientId: string): void => {
    onGone(clientId)
    const body = encoder.encode(clientId)
    for (const { address } of others()) messenger.send(address, GRID_KINDS.clientGone, body)
  }
  const look = async (clientId: string): Promise<void> => {
    const isThere = await isElsewhere(clientId)
    if (isStopped || isConnected(clientId) || away.has(clientId)) return
    if (isThere) {
      wait(clientId)
      return
    }
    isGone(clientId)
  }
  const wait = (clientId: string): void => {
    away.set(
      clientId,
      clock.timer(cleanupTimeoutMs, () => {
        away.delete(clientId)
        void look(clientId)
      }),
    )
  }
  let isStopped = false
  messenger.onRequest(GRID_KINDS.hasClient, ({ body }) =>
    isConnected(decoder.decode(body)) ? YES : NO,
  )
  messenger.onMessage(GRID_KINDS.clientGone, (_, body) => {
    if (!isStopped) onGone(decoder.decode(body))
  })
  // Only for itself: a client must not end another.
  messenger.onRequest(GRID_KINDS.clientLeaves, ({ from }) => {
    if (!isStopped) isGone(from.id)
    return YES
  })
  const stopListening = messenger.onClients({
    onCome: ({ id }) => {
      away.get(id)?.cancel()
      away.delete(id)
    },
    onGone: ({ id }) => {
      if (!away.has(id)) wait(id)
    },
  })
  return () => {
    isStopped = true
    stopListening()
    for (const timer of away.values()) timer.cancel()
    away.clear()
  }
}
