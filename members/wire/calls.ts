import { WireFault } from './bytes.ts'
import type { Channel } from './channel.ts'
import { FRAME_KINDS, type PassingFrameHandler } from './frames.ts'
import type { MemberIdentity } from './handshake.ts'
import type { MovingPiece, Piece } from './piece.ts'
import { kindPart, type MessageKind } from './requests.ts'

/**
 * One connection to a member or client, for calls: requests so cheap that nothing is made for one of
 * them. Who calls keeps track of ids and time itself, and asks again over another connection when
 * this one is lost.
 */
export interface CallPeer {
  readonly identity: MemberIdentity
  /** False once the connection is lost; what is sent then vanishes. */
  readonly isOpen: boolean
  /** `id` comes back with the answer; one that is under way must not be used again. */
  call(kind: MessageKind, id: number, body: Uint8Array): void
  /** Answers a call; `head` says how it ended and goes before `body`. */
  answer(id: number, head: Uint8Array, body: Piece): void
  /** A message over this very connection. */
  send(kind: MessageKind, body: Uint8Array): void
}

/** `body` is good until the handler returns; the answer may be given later. */
export type CallHandler = (peer: CallPeer, id: number, body: Piece) => void

/** What becomes of calls; the same handlers for all connections. */
export interface CallHandlers {
  readonly calls: Map<MessageKind, CallHandler>
  readonly onAnswer: Set<CallHandler>
  readonly onLost: Set<(peer: CallPeer) => void>
}

/** The handlers that one peer may reach. */
type PeerHandlers = Omit<CallHandlers, 'calls'> & {
  readonly calls: Pick<CallHandlers['calls'], 'get'>
}

const KIND_BYTES = 2
const heads: Uint8Array[] = []
/** The number of a kind as it goes before a body; made once for each kind. */
const headOf = (kind: MessageKind): Uint8Array => (heads[kind] ??= kindPart(kind))

export interface PeerCalls {
  readonly peer: CallPeer
  /** Throws WireFault at a call that no handler knows. */
  readonly receive: PassingFrameHandler
  close(): void
}

export const createPeerCalls = (
  channel: Channel,
  identity: MemberIdentity,
  handlers: PeerHandlers,
): PeerCalls => {
  let isOpen = true
  const rest: MovingPiece = { memory: new Uint8Array(0), start: 0, end: 0 }
  const peer: CallPeer = {
    identity,
    get isOpen() {
      return isOpen
    },
    call: (kind, id, body) => channel.send(FRAME_KINDS.call, id, headOf(kind), body),
    answer: (id, head, body) => channel.sendPiece(FRAME_KINDS.answer, id, head, body),
    send: (kind, body) => channel.send(FRAME_KINDS.message, 0, headOf(kind), body),
  }
  return {
    peer,
    receive: (kind, correlation, body) => {
      if (kind === FRAME_KINDS.answer) {
        for (const handler of handlers.onAnswer) handler(peer, correlation, body)
        return
      }
      const { memory, start, end } = body
      if (end - start < KIND_BYTES) throw new WireFault('A call ends too early')
      const handler = handlers.calls.get((memory[start]! << 8) | memory[start + 1]!)
      if (handler === undefined) throw new WireFault('A call is of an unknown kind')
      rest.memory = memory
      rest.start = start + KIND_BYTES
      rest.end = end
      handler(peer, correlation, rest)
    },
    close: () => {
      isOpen = false
      for (const listener of handlers.onLost) listener(peer)
    },
  }
}
