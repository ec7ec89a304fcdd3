import { EngineError } from '../../runtime/errors/index.ts'
import type { Clock } from '../../runtime/host/index.ts'
import { WireFault } from './bytes.ts'
import { type CallHandlers, type CallPeer, createPeerCalls } from './calls.ts'
import type { Channel } from './channel.ts'
import { type Frame, FRAME_KINDS, type PassingFrameHandler } from './frames.ts'
import { type Agreement, isClient, type MemberIdentity, type Role } from './handshake.ts'
import type { WireLimits } from './limits.ts'
import type { Piece } from './piece.ts'
import {
  createRequests,
  createService,
  type MessageKind,
  type RequestHandler,
  type RequestOptions,
} from './requests.ts'
import { createStreams, type StreamHandler, type StreamWriter } from './streams.ts'

/** `body` is good until the handler returns. */
export type MessageHandler = (from: MemberIdentity, body: Uint8Array) => void

/** What this member answers to, by kind. */
export interface Handlers {
  readonly messages: Map<MessageKind, MessageHandler>
  readonly requests: Map<MessageKind, RequestHandler>
  readonly streams: Map<MessageKind, StreamHandler>
  /** What clients may say too; of all else they are told that it is unknown. */
  readonly clientKinds: Set<MessageKind>
  readonly calls: CallHandlers
}

type Lookup<Handler> = Pick<ReadonlyMap<MessageKind, Handler>, 'get'>

/** Those of the handlers that the peer may reach. */
const reachable = <Handler>(
  all: Lookup<Handler>,
  from: MemberIdentity,
  clientKinds: ReadonlySet<MessageKind>,
): Lookup<Handler> =>
  isClient(from) ? { get: (kind) => (clientKinds.has(kind) ? all.get(kind) : undefined) } : all

/** A channel to a member, once both have agreed. */
export interface Link extends Agreement {
  send(kind: MessageKind, body: Uint8Array): void
  request(kind: MessageKind, body: Uint8Array, options: RequestOptions): Promise<Uint8Array>
  openStream(kind: MessageKind, header: Uint8Array): StreamWriter
  /** Throws WireFault at what no member would send. */
  receive(frame: Frame): void
  /** The same for calls, answers and messages. */
  readonly receivePassing: PassingFrameHandler
  /** The channel is gone: all that waits for the peer fails with `error`. */
  closed(error: EngineError): void
  readonly callPeer: CallPeer
  readonly channel: Channel
  /** Which side we are. */
  readonly role: Role
}

export interface LinkOptions {
  readonly channel: Channel
  readonly role: Role
  readonly agreement: Agreement
  readonly clock: Clock
  readonly limits: WireLimits
  readonly handlers: Handlers
  readonly onBug: (error: unknown) => void
}

/** Ids wrap around before the frame's u32 does; by then the first are long settled. */
const ID_MAX = 0x7ffffffe

/** The dialer takes odd ids, the acceptor even ones: so both know who opened what. */
const createIds = (role: Role) => {
  const first = role === 'dialer' ? 1 : 2
  let last = first - 2
  return {
    next: (): number => {
      last = last >= ID_MAX ? first : last + 2
      return last
    },
    isOwn: (id: number): boolean => id % 2 === first % 2,
  }
}

const KIND_BYTES = 2

const deliver = (
  messages: Lookup<MessageHandler>,
  from: MemberIdentity,
  { memory, start, end }: Piece,
): void => {
  if (end - start < KIND_BYTES) throw new WireFault('A message ends too early')
  const handler = messages.get((memory[start]! << 8) | memory[start + 1]!)
  // A kind that this version does not know is one that it need not know.
  handler?.(from, memory.subarray(start + KIND_BYTES, end))
}

export const createLink = (options: LinkOptions): Link => {
  const { channel, role, agreement, clock, limits, handlers, onBug } = options
  const { peer: from } = agreement
  const ids = createIds(role)
  const name = `${from.address.host}:${from.address.port}`
  const requests = createRequests(channel, clock, name, ids.next)
  const { clientKinds } = handlers
  const reached = <Handler>(all: Lookup<Handler>) => reachable(all, from, clientKinds)
  const answering = { ...handlers.calls, calls: reached(handlers.calls.calls) }
  const calls = createPeerCalls(channel, from, answering)
  const { requestsMax } = limits
  const serving = reached(handlers.requests)
  const service = createService({ channel, from, requestsMax, handlers: serving, onBug })
  const streams = createStreams({
    channel,
    from,
    limits,
    handlers: reached(handlers.streams),
    nextId: ids.next,
    isOwnId: ids.isOwn,
  })
  const messages = reached(handlers.messages)
  const receive = (frame: Frame): void => {
    switch (frame.kind) {
      case FRAME_KINDS.request:
        service.receive(frame)
        break
      case FRAME_KINDS.cancel:
        service.cancel(frame.correlation)
        break
      case FRAME_KINDS.response:
      case FRAME_KINDS.failure:
        requests.settle(frame)
        break
      case FRAME_KINDS.streamOpen:
      case FRAME_KINDS.streamData:
      case FRAME_KINDS.streamCredit:
      case FRAME_KINDS.streamEnd:
      case FRAME_KINDS.streamAbort:
        streams.receive(frame)
        break
      default:
        throw new WireFault('The handshake is over')
    }
  }
  return {
    ...agreement,
    callPeer: calls.peer,
    channel,
    role,
    send: (kind, body) => calls.peer.send(kind, body),
    request: (kind, body, given) => requests.request(kind, body, given),
    openStream: (kind, header) => streams.open(kind, header),
    receive,
    receivePassing: (kind, correlation, body) => {
      if (kind === FRAME_KINDS.message) deliver(messages, from, body)
      else calls.receive(kind, correlation, body)
    },
    closed: (error) => {
      requests.close(error)
      service.close()
      streams.close(error)
      calls.close()
    },
  }
}
