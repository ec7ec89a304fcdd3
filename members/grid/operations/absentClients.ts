import type { Clock, Timer } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { GRID_KINDS } from '../kinds.ts'

const ANSWER_MS = 5000

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const YES = new Uint8Array([1])
const NO = new Uint8Array([0])

export interface ClientWatch {
  /**
   * This caller holds something here. Where it is neither a member nor a client that is connected, as
   * after a stop of the whole cluster, it has as long to come back as a client that went away.
   */
  noteHolder(callerId: string): void
  close(): void
}

const isMemberOf = (member: Member, callerId: string): boolean =>
  member.members().some(({ processId }) => processId === callerId)

const othersOf = (member: Member) => member.members().filter(({ id }) => id !== member.self.id)

/** Whether a client is, or may be, connected to another member. */
const isElsewhere = async (member: Member, clientId: string): Promise<boolean> => {
  const body = encoder.encode(clientId)
  const answers = await Promise.allSettled(
    othersOf(member).map(({ address }) =>
      member.messenger.request(address, GRID_KINDS.hasClient, body, { timeoutMs: ANSWER_MS }),
    ),
  )
  // A member that does not answer may have it.
  return answers.some((answer) => answer.status === 'rejected' || answer.value[0] === YES[0])
}

/**
 * Finds out which clients are gone for good: they said so, or they are away from this member for
 * `cleanupTimeoutMs`, and connected to no other one. `onGone` is called on every member.
 */
export const watchClients = (
  clock: Clock,
  member: Member,
  cleanupTimeoutMs: number,
  onGone: (clientId: string) => void,
): ClientWatch => {
  const { messenger } = member
  const away = new Map<string, Timer>()
  /** Other members are asked about them. */
  const lookedFor = new Set<string>()
  const isConnected = (clientId: string): boolean =>
    messenger.clients().some(({ id }) => id === clientId)
  const isGone = (clientId: string): void => {
    onGone(clientId)
    const body = encoder.encode(clientId)
    for (const { address } of othersOf(member)) messenger.send(address, GRID_KINDS.clientGone, body)
  }
  const look = async (clientId: string): Promise<void> => {
    lookedFor.add(clientId)
    const isThere = await isElsewhere(member, clientId)
    lookedFor.delete(clientId)
    if (isStopped || isConnected(clientId) || isMemberOf(member, clientId) || away.has(clientId))
      return
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
  return {
    noteHolder: (callerId) => {
      if (isConnected(callerId) || isMemberOf(member, callerId)) return
      if (!away.has(callerId) && !lookedFor.has(callerId)) wait(callerId)
    },
    close: () => {
      isStopped = true
      stopListening()
      for (const timer of away.values()) timer.cancel()
      away.clear()
    },
  }
}
