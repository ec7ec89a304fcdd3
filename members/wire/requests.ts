import { isErrorCode } from '../../runtime/codes/index.ts'
import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { Clock, Timer } from '../../runtime/host/index.ts'
import { createByteReader, createByteWriter, WireFault } from './bytes.ts'
import type { Channel } from './channel.ts'
import { type Frame, FRAME_KINDS } from './frames.ts'
import type { MemberIdentity } from './handshake.ts'

/** Tells apart what members say; each feature takes numbers of its own (u16). */
export type MessageKind = number

export interface RequestOptions {
  /** Covers all: the dial, the way there, the work and the way back. */
  readonly timeoutMs: number
  /** Aborting it tells the other side to stop, and rejects with its reason. */
  readonly signal?: AbortSignal
}

/** A request as its handler sees it. */
export interface IncomingRequest {
  readonly from: MemberIdentity
  readonly body: Uint8Array
  /** Aborted when the other side no longer waits. */
  readonly signal: AbortSignal
}

export type RequestHandler = (request: IncomingRequest) => Promise<Uint8Array> | Uint8Array

interface Pending {
  readonly resolve: (body: Uint8Array) => void
  readonly reject: (error: unknown) => void
  readonly timer: Timer
  readonly release: () => void
}

/** Our requests over one channel. */
export interface Requests {
  request(kind: MessageKind, body: Uint8Array, options: RequestOptions): Promise<Uint8Array>
  /** A response or failure. One that nobody waits for any more is ignored. */
  settle(frame: Frame): void
  /** Rejects all that wait. */
  close(error: EngineError): void
}

export const kindPart = (kind: MessageKind): Uint8Array => createByteWriter(2).u16(kind).take()

const decodeFailure = (body: Uint8Array): EngineError => {
  const reader = createByteReader(body)
  const code = reader.text()
  return new EngineError(isErrorCode(code) ? code : 'NET-006', reader.text())
}

export const createRequests = (
  channel: Channel,
  clock: Clock,
  peerName: string,
  nextId: () => number,
): Requests => {
  const pending = new Map<number, Pending>()
  let closedBy: EngineError | undefined
  const take = (id: number): Pending | undefined => {
    const found = pending.get(id)
    pending.delete(id)
    found?.timer.cancel()
    found?.release()
    return found
  }
  return {
    request: (kind, body, { timeoutMs, signal }) =>
      new Promise((resolve, reject) => {
        if (closedBy !== undefined || signal?.aborted === true) {
          reject(closedBy ?? signal?.reason)
          return
        }
        const id = nextId()
        const giveUp = (error: unknown): void => {
          if (take(id) === undefined) return
          channel.send(FRAME_KINDS.cancel, id)
          reject(error)
        }
        const onAbort = (): void => giveUp(signal?.reason)
        const timer = clock.timer(timeoutMs, () => {
          const text = `${peerName} did not answer within ${timeoutMs} ms`
          giveUp(new EngineError('NET-004', text, { retry: 'backoff' }))
        })
        const release = (): void => signal?.removeEventListener('abort', onAbort)
        signal?.addEventListener('abort', onAbort)
        pending.set(id, { resolve, reject, timer, release })
        channel.send(FRAME_KINDS.request, id, kindPart(kind), body)
      }),
    settle: (frame) => {
      const found = take(frame.correlation)
      if (frame.kind === FRAME_KINDS.response) found?.resolve(frame.body)
      else found?.reject(decodeFailure(frame.body))
    },
    close: (error) => {
      closedBy = error
      // Taking deletes, which the iteration of a map allows.
      for (const id of pending.keys()) take(id)?.reject(error)
    },
  }
}

export interface ServiceOptions {
  readonly channel: Channel
  readonly from: MemberIdentity
  readonly requestsMax: number
  readonly handlers: Pick<ReadonlyMap<MessageKind, RequestHandler>, 'get'>
  /** Called with an error that is a fault of this program, not an answer. */
  readonly onBug: (error: unknown) => void
}

/** The requests of the peer, served. */
export interface Service {
  receive(frame: Frame): void
  cancel(id: number): void
  close(): void
}

const encodeFailure = (thrown: unknown): Uint8Array => {
  const code = thrown instanceof EngineError ? thrown.code : 'NET-006'
  // Cut to what a frame of any limit carries.
  return createByteWriter().text(code).text(messageOf(thrown).slice(0, 1000)).take()
}

export const createService = (options: ServiceOptions): Service => {
  const { channel, from, requestsMax, handlers, onBug } = options
  const open = new Map<number, AbortController>()

  const fail = (id: number, thrown: unknown): void =>
    channel.send(FRAME_KINDS.failure, id, encodeFailure(thrown))
  const serve = async (
    id: number,
    handler: RequestHandler,
    body: Uint8Array,
    controller: AbortController,
  ): Promise<void> => {
    const { signal } = controller
    try {
      const answer = await handler({ from, body, signal })
      if (!signal.aborted) channel.send(FRAME_KINDS.response, id, answer)
    } catch (thrown) {
      if (!signal.aborted) fail(id, thrown)
      if (!(thrown instanceof EngineError) && !signal.aborted) onBug(thrown)
    } finally {
      // After a cancel the id may be in use again.
      if (open.get(id) === controller) open.delete(id)
    }
  }
  return {
    receive: (frame) => {
      const reader = createByteReader(frame.body)
      const kind = reader.u16()
      const id = frame.correlation
      if (open.has(id)) throw new WireFault(`Request ${id} was sent twice`)
      const handler = handlers.get(kind)
      if (handler === undefined) {
        fail(id, new EngineError('NET-006', `Requests of kind ${kind} are unknown here`))
      } else if (open.size >= requestsMax) {
        fail(id, new EngineError('NET-006', `More than ${requestsMax} requests at once`))
      } else {
        const controller = new AbortController()
        open.set(id, controller)
        void serve(id, handler, reader.rest(), controller)
      }
    },
    cancel: (id) => {
      open.get(id)?.abort()
      open.delete(id)
    },
    close: () => {
      for (const controller of open.values()) controller.abort()
      open.clear()
    },
  }
}
