import { EngineError } from '../../runtime/errors/index.ts'
import type { Clock, Connection, Timer } from '../../runtime/host/index.ts'
import { WireFault } from './bytes.ts'
import {
  type PassingFrameHandler,
  createFrameDecoder,
  type Frame,
  type FrameDecoder,
  type FrameKind,
  FRAME_KINDS,
} from './frames.ts'
import {
  type Agreement,
  decodeReject,
  type Handshake,
  HANDSHAKE_FRAME_BYTES_MAX,
  type Role,
} from './handshake.ts'
import type { WireLimits } from './limits.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { type Piece, pieceOf } from './piece.ts'

/** A connection that speaks frames: first the handshake, then those of two members. */
export interface Channel {
  /** The body is `head` and then `body`, both free again when this returns. */
  send(kind: FrameKind, correlation: number, head?: Uint8Array, body?: Uint8Array): void
  /** As `send`, with a body for which no view is made. */
  sendPiece(kind: FrameKind, correlation: number, head: Uint8Array, body: Piece): void
  /** Sends what waits, then closes. */
  end(): void
  /** Closes at once; `onClose` gets `reason`. */
  cutOff(reason: EngineError): void
}

/** How long a peer has to close its side too. */
const LINGER_MS = 1000
const NOTHING = new Uint8Array(0)

export interface ChannelEvents {
  /** The other side is a member of our cluster; called at most once, before any frame. */
  onAgreed(agreement: Agreement): void
  /** May throw WireFault, which cuts the peer off. */
  onFrame(frame: Frame): void
  /** The same for calls, answers and messages. */
  readonly onPassing: PassingFrameHandler
  /** Called once; `reason` is undefined when the other side ended in good order. */
  onClose(reason: EngineError | undefined): void
}

export interface ChannelOptions {
  readonly clock: Clock
  readonly connection: Connection
  readonly role: Role
  readonly handshake: Handshake
  readonly limits: WireLimits
  readonly events: ChannelEvents
}

const printed = ({ remote }: Connection): string => `${remote.host}:${remote.port}`

const lost = (connection: Connection, error: Error | undefined): EngineError | undefined =>
  error === undefined
    ? undefined
    : new EngineError('NET-005', `The connection to ${printed(connection)} broke: ${error.message}`)

const faulty = (connection: Connection, text: string): EngineError =>
  new EngineError('NET-003', `${printed(connection)} was cut off: ${text}`)

/** Who dials us and says nothing is up to no good; whom we dial may just be in trouble. */
const silent = (connection: Connection, role: Role, timeoutMs: number): EngineError =>
  role === 'acceptor'
    ? faulty(connection, `no handshake within ${timeoutMs} ms`)
    : new EngineError('NET-004', `${printed(connection)} did not answer within ${timeoutMs} ms`, {
        retry: 'backoff',
      })

/** Deals with all frames that have come; what they are answered at once is written together. */
const read = (
  decoder: FrameDecoder,
  outbox: Outbox,
  bytes: Uint8Array,
  onFault: (text: string) => void,
): void => {
  outbox.hold()
  try {
    decoder.push(bytes)
  } catch (thrown) {
    if (!(thrown instanceof WireFault)) throw thrown
    onFault(thrown.message)
  } finally {
    outbox.flush()
  }
}

type Phase = 'handshake' | 'open' | 'closed'

/** Where frames go at each phase. */
const createGate = (
  phase: () => Phase,
  events: ChannelEvents,
  onShake: (frame: Frame) => void,
  cutOff: (reason: EngineError) => void,
) => {
  const onFrame = (frame: Frame): void => {
    const now = phase()
    if (now === 'handshake') onShake(frame)
    else if (now !== 'open') return
    else if (frame.kind === FRAME_KINDS.reject) cutOff(decodeReject(frame.body))
    else events.onFrame(frame)
  }
  const onPassing: PassingFrameHandler = (kind, correlation, body) => {
    const now = phase()
    if (now === 'handshake') throw new WireFault('It has no place in a handshake')
    if (now === 'open') events.onPassing(kind, correlation, body)
  }
  return { onFrame, onPassing }
}

/** Takes the connection over; it speaks as soon as this returns. */
export const createChannel = (options: ChannelOptions): Channel => {
  const { clock, connection, role, handshake, limits, events } = options
  let phase: Phase = 'handshake'
  let linger: Timer | undefined

  const close = (because: EngineError | undefined): void => {
    if (phase === 'closed') return
    phase = 'closed'
    timeout.cancel()
    outbox.close()
    events.onClose(because)
  }
  const endInOrder = (): void => {
    outbox.flush()
    connection.end()
    linger = clock.timer(LINGER_MS, () => connection.destroy())
  }
  const cutOff = (because: EngineError): void => {
    connection.destroy()
    close(because)
  }
  const fault = (text: string): void => cutOff(faulty(connection, text))
  const outbox = createOutbox(clock, connection, limits, (text) => fault(`it ${text}`))
  const timeout = clock.timer(limits.handshakeTimeoutMs, () =>
    cutOff(silent(connection, role, limits.handshakeTimeoutMs)),
  )
  const shake = (step: ReturnType<Handshake['receive']>): void => {
    for (const frame of step.send) outbox.add(frame)
    if (step.refused !== undefined) {
      endInOrder()
      close(step.refused)
    } else if (step.agreed !== undefined) {
      phase = 'open'
      timeout.cancel()
      decoder.setLimit(limits.frameBytesMax)
      events.onAgreed(step.agreed)
    }
  }
  const takeHandshake = (frame: Frame): void => shake(handshake.receive(frame))
  const gate = createGate(() => phase, events, takeHandshake, cutOff)
  const decoder = createFrameDecoder(HANDSHAKE_FRAME_BYTES_MAX, gate.onFrame, gate.onPassing)
  connection.handle({
    onData: (bytes) => {
      if (phase !== 'closed') read(decoder, outbox, bytes, fault)
    },
    onDrain: () => outbox.drained(),
    onClose: (error) => {
      linger?.cancel()
      close(lost(connection, error))
    },
  })
  shake(handshake.start())
  return {
    send: (kind, correlation, head = NOTHING, body = NOTHING) => {
      if (phase === 'open') outbox.addParts(kind, correlation, head, pieceOf(body))
    },
    sendPiece: (kind, correlation, head, body) => {
      if (phase === 'open') outbox.addParts(kind, correlation, head, body)
    },
    end: () => {
      if (phase === 'closed') return
      endInOrder()
      close(undefined)
    },
    cutOff,
  }
}
