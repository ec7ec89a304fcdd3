import { EngineError } from '../../runtime/errors/index.ts'
import { createByteReader, createByteWriter, WireFault } from './bytes.ts'
import type { Channel } from './channel.ts'
import { type Frame, FRAME_KINDS } from './frames.ts'
import type { MemberIdentity } from './handshake.ts'
import type { WireLimits } from './limits.ts'
import { kindPart, type MessageKind } from './requests.ts'

/** Our end of a stream that we write. */
export interface StreamWriter {
  /**
   * Sends `bytes` as one piece, as soon as the reader has room; pieces keep their order. Await it
   * before the next: that is how the reader holds us back. Rejects when the stream is over.
   */
  write(bytes: Uint8Array): Promise<void>
  /** All was sent. */
  end(): Promise<void>
  /** Tells the reader that the rest will not come. */
  abort(reason: string): void
  /** Rejected when the reader gives up or the connection is lost; resolved by `end` and `abort`. */
  readonly closed: Promise<void>
}

/** What the reader of a stream gets. */
export interface StreamHandlers {
  /** One piece as it was written; call `grant` when it has been dealt with. */
  onData(bytes: Uint8Array): void
  onEnd(): void
  /** The rest will not come. Nothing is called after this. */
  onAbort(error: EngineError): void
}

export interface IncomingStream {
  readonly from: MemberIdentity
  /** What the writer said when it opened the stream. */
  readonly header: Uint8Array
  /** Lets the writer send so many bytes more. */
  grant(sizeBytes: number): void
  /** Tells the writer to stop. Nothing is called after this. */
  cancel(reason: string): void
}

export type StreamHandler = (stream: IncomingStream) => StreamHandlers

/** The streams of one channel, both ways. */
export interface Streams {
  open(kind: MessageKind, header: Uint8Array): StreamWriter
  receive(frame: Frame): void
  close(error: EngineError): void
}

export interface StreamsOptions {
  readonly channel: Channel
  readonly from: MemberIdentity
  readonly limits: WireLimits
  readonly handlers: Pick<ReadonlyMap<MessageKind, StreamHandler>, 'get'>
  readonly nextId: () => number
  /** Whether the id of a stream is one of ours. */
  readonly isOwnId: (id: number) => boolean
}

interface Writer {
  readonly id: number
  readonly closed: PromiseWithResolvers<void>
  /** May fall below zero by one piece. */
  creditBytes: number
  /** Called when there is credit or none will come. */
  wake: (() => void) | undefined
  /** Settled when all writes so far are done: each waits for the one before. */
  tail: Promise<void>
  over: EngineError | undefined
}

interface Reader {
  readonly handlers: StreamHandlers
  creditBytes: number
}

const aborted = (reason: string): EngineError => new EngineError('NET-006', reason)
/** What a frame holds besides a piece of a stream. */
const HEADROOM_BYTES = 64
const reasonPart = (reason: string): Uint8Array =>
  createByteWriter().text(reason.slice(0, 1000)).take()

const finish = (writer: Writer, over: EngineError, isGood: boolean): void => {
  if (writer.over !== undefined) return
  writer.over = over
  if (isGood) writer.closed.resolve()
  else writer.closed.reject(over)
  writer.wake?.()
}

const credit = (writer: Writer): Promise<void> =>
  new Promise((resolve) => {
    writer.wake = resolve
  })

const createWriter = (
  { channel, limits }: StreamsOptions,
  writer: Writer,
  forget: () => void,
): StreamWriter => {
  const { id } = writer
  // A stream whose end nobody watches is no unhandled rejection; its writes still reject.
  writer.closed.promise.catch(() => {})
  const stop = (text: string, send: () => void): void => {
    if (writer.over !== undefined) return
    send()
    finish(writer, aborted(text), true)
    forget()
  }
  /** Runs `act` when all before it is done and there is credit. */
  const inTurn = (act: () => void): Promise<void> => {
    const done = writer.tail.then(async () => {
      while (writer.creditBytes <= 0 && writer.over === undefined) await credit(writer)
      if (writer.over !== undefined) throw writer.over
      act()
    })
    writer.tail = done.catch(() => {})
    return done
  }
  return {
    closed: writer.closed.promise,
    write: (bytes) => {
      if (bytes.length > limits.frameBytesMax - HEADROOM_BYTES) {
        throw new Error(`A piece of ${bytes.length} bytes does not fit a frame`)
      }
      return inTurn(() => {
        writer.creditBytes -= bytes.length
        channel.send(FRAME_KINDS.streamData, id, bytes)
      })
    },
    end: () =>
      inTurn(() => stop('The stream has ended', () => channel.send(FRAME_KINDS.streamEnd, id))),
    abort: (reason) =>
      stop(reason, () => channel.send(FRAME_KINDS.streamAbort, id, reasonPart(reason))),
  }
}

const openReader = (
  { channel, from, limits, handlers, isOwnId }: StreamsOptions,
  readers: Map<number, Reader>,
  frame: Frame,
): void => {
  const id = frame.correlation
  const content = createByteReader(frame.body)
  const kind = content.u16()
  if (isOwnId(id) || readers.has(id)) throw new WireFault(`Stream ${id} is open already`)
  const handler = handlers.get(kind)
  const cancel = (reason: string): void => {
    readers.delete(id)
    channel.send(FRAME_KINDS.streamAbort, id, reasonPart(reason))
  }
  if (handler === undefined) {
    cancel(`Streams of kind ${kind} are unknown here`)
    return
  }
  if (readers.size >= limits.streamsMax) {
    cancel(`More than ${limits.streamsMax} streams at once`)
    return
  }
  const grant = (sizeBytes: number): void => {
    const reader = readers.get(id)
    if (reader === undefined || sizeBytes <= 0) return
    reader.creditBytes += sizeBytes
    channel.send(FRAME_KINDS.streamCredit, id, createByteWriter(4).u32(sizeBytes).take())
  }
  const opened = handler({
    from,
    header: content.rest(),
    grant,
    cancel: (reason) => {
      if (readers.has(id)) cancel(reason)
    },
  })
  readers.set(id, { handlers: opened, creditBytes: 0 })
  grant(limits.streamCreditBytes)
}

const read = (readers: Map<number, Reader>, frame: Frame): void => {
  const reader = readers.get(frame.correlation)
  // What was on its way when we cancelled.
  if (reader === undefined) return
  if (frame.kind === FRAME_KINDS.streamData) {
    if (reader.creditBytes <= 0) throw new WireFault('A stream ran ahead of its credit')
    reader.creditBytes -= frame.body.length
    reader.handlers.onData(frame.body)
    return
  }
  readers.delete(frame.correlation)
  if (frame.kind === FRAME_KINDS.streamEnd) reader.handlers.onEnd()
  else reader.handlers.onAbort(aborted(createByteReader(frame.body).text()))
}

export const createStreams = (options: StreamsOptions): Streams => {
  const { channel, nextId, isOwnId } = options
  const writers = new Map<number, Writer>()
  const readers = new Map<number, Reader>()
  let closedBy: EngineError | undefined

  const steer = (frame: Frame): void => {
    const writer = writers.get(frame.correlation)
    if (writer === undefined) return
    const content = createByteReader(frame.body)
    if (frame.kind === FRAME_KINDS.streamCredit) {
      writer.creditBytes += content.u32()
      writer.wake?.()
    } else {
      writers.delete(writer.id)
      finish(writer, aborted(content.text()), false)
    }
  }
  return {
    open: (kind, header) => {
      const id = nextId()
      const closed = Promise.withResolvers<void>()
      const writer: Writer = {
        id,
        closed,
        creditBytes: 0,
        wake: undefined,
        over: undefined,
        tail: Promise.resolve(),
      }
      if (closedBy === undefined) writers.set(id, writer)
      else finish(writer, closedBy, false)
      channel.send(FRAME_KINDS.streamOpen, id, kindPart(kind), header)
      return createWriter(options, writer, () => writers.delete(id))
    },
    receive: (frame) => {
      if (frame.kind === FRAME_KINDS.streamOpen) openReader(options, readers, frame)
      else if (isOwnId(frame.correlation)) steer(frame)
      else read(readers, frame)
    },
    close: (error) => {
      closedBy = error
      for (const writer of writers.values()) finish(writer, error, false)
      writers.clear()
      const left = [...readers.values()]
      readers.clear()
      for (const reader of left) reader.handlers.onAbort(error)
    },
  }
}
