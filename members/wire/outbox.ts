import type { Clock, Connection, Timer } from '../../runtime/host/index.ts'
import { encodeFrame, type FrameKind, HEADER_BYTES, writeHeader } from './frames.ts'
import type { WireLimits } from './limits.ts'

/** Collects the frames of one turn and writes them together. */
export interface Outbox {
  /** A frame as it is. */
  add(frame: Uint8Array): void
  /** A frame with a body in two parts, written in place: nothing is made for it. */
  addParts(kind: FrameKind, correlation: number, head: Uint8Array, body: Uint8Array): void
  /** Writes at once what was added. */
  flush(): void
  /** The connection has taken all that waited. */
  drained(): void
  close(): void
}

/** Larger writes gain nothing from being put together. */
const JOINED_BYTES_MAX = 64 * 1024
const ROOM_BYTES_MIN = 1024
const NOTHING = new Uint8Array(0)

/** `onTooSlow` is called once the peer takes too little; the caller then cuts it off. */
export const createOutbox = (
  clock: Clock,
  connection: Connection,
  limits: WireLimits,
  onTooSlow: (reason: string) => void,
): Outbox => {
  let room = NOTHING
  let view = new DataView(room.buffer)
  let length = 0
  let isFlushPlanned = false
  let stall: Timer | undefined
  let isClosed = false

  const watchStall = (waitingBytes: number): void => {
    stall = clock.timer(limits.stalledMs, () => {
      const left = connection.write(NOTHING)
      if (left >= waitingBytes) onTooSlow(`took nothing for ${limits.stalledMs} ms`)
      else if (left > 0) watchStall(left)
      else stall = undefined
    })
  }
  const write = (bytes: Uint8Array): void => {
    const waitingBytes = connection.write(bytes)
    if (waitingBytes > limits.queuedBytesMax) {
      onTooSlow(`leaves ${waitingBytes} bytes waiting, more than ${limits.queuedBytesMax}`)
    } else if (waitingBytes > 0 && stall === undefined) watchStall(waitingBytes)
  }
  const flush = (): void => {
    if (isClosed || length === 0) return
    const bytes = room.subarray(0, length)
    length = 0
    write(bytes)
  }
  const planned = (): void => {
    isFlushPlanned = false
    flush()
  }
  /** Makes room for so many bytes more; returns where they begin. */
  const advance = (count: number): number => {
    const at = length
    length += count
    if (length > room.length) {
      const larger = new Uint8Array(Math.max(length, room.length * 2, ROOM_BYTES_MIN))
      larger.set(room.subarray(0, at))
      room = larger
      view = new DataView(room.buffer)
    }
    if (!isFlushPlanned) {
      isFlushPlanned = true
      queueMicrotask(planned)
    }
    return at
  }
  return {
    add: (frame) => {
      if (isClosed) return
      if (frame.length >= JOINED_BYTES_MAX) {
        flush()
        write(frame)
        return
      }
      const at = advance(frame.length)
      room.set(frame, at)
      if (length >= JOINED_BYTES_MAX) flush()
    },
    addParts: (kind, correlation, head, body) => {
      if (isClosed) return
      const bodyBytes = head.length + body.length
      if (bodyBytes >= JOINED_BYTES_MAX) {
        flush()
        write(encodeFrame(kind, correlation, head, body))
        return
      }
      const at = advance(HEADER_BYTES + bodyBytes)
      writeHeader(view, at, kind, correlation, bodyBytes)
      room.set(head, at + HEADER_BYTES)
      room.set(body, at + HEADER_BYTES + head.length)
      if (length >= JOINED_BYTES_MAX) flush()
    },
    flush,
    drained: () => {
      stall?.cancel()
      stall = undefined
    },
    close: () => {
      isClosed = true
      stall?.cancel()
      stall = undefined
      room = NOTHING
    },
  }
}
