import type { Clock, Connection, Timer } from '../../runtime/host/index.ts'
import { createFrameBuffer } from './frameBuffer.ts'
import type { FrameKind } from './frames.ts'
import type { WireLimits } from './limits.ts'
import type { Piece } from './piece.ts'

/** Collects the frames of one turn and writes them together. */
export interface Outbox {
  /** A frame as it is. */
  add(frame: Uint8Array): void
  /** A frame with a body in two parts, both free again when this returns. */
  addParts(kind: FrameKind, correlation: number, head: Uint8Array, body: Piece): void
  /** What is added from now on waits for `flush`, unless it is much. */
  hold(): void
  /** Writes at once what was added. */
  flush(): void
  /** The connection has taken all that waited. */
  drained(): void
  close(): void
}

/** Larger writes gain nothing from being put together. */
const JOINED_BYTES_MAX = 64 * 1024
const NOTHING = new Uint8Array(0)

/** Writes, and watches that the peer takes what is written. */
const createWriter = (
  clock: Clock,
  connection: Connection,
  limits: WireLimits,
  onTooSlow: (reason: string) => void,
) => {
  let stall: Timer | undefined
  const watchStall = (waitingBytes: number): void => {
    stall = clock.timer(limits.stalledMs, () => {
      const left = connection.write(NOTHING)
      if (left >= waitingBytes) onTooSlow(`took nothing for ${limits.stalledMs} ms`)
      else if (left > 0) watchStall(left)
      else stall = undefined
    })
  }
  return {
    write: (bytes: Uint8Array): void => {
      const waitingBytes = connection.write(bytes)
      if (waitingBytes > limits.queuedBytesMax) {
        onTooSlow(`leaves ${waitingBytes} bytes waiting, more than ${limits.queuedBytesMax}`)
      } else if (waitingBytes > 0 && stall === undefined) watchStall(waitingBytes)
    },
    drained: (): void => {
      stall?.cancel()
      stall = undefined
    },
  }
}

/** `onTooSlow` is called once the peer takes too little; the caller then cuts it off. */
export const createOutbox = (
  clock: Clock,
  connection: Connection,
  limits: WireLimits,
  onTooSlow: (reason: string) => void,
): Outbox => {
  const frames = createFrameBuffer()
  const { write, drained } = createWriter(clock, connection, limits, onTooSlow)
  let isFlushPlanned = false
  let isHeld = false
  let isClosed = false

  const writeAll = (): void => {
    if (!isClosed && frames.length > 0) write(frames.take())
  }
  const planned = (): void => {
    isFlushPlanned = false
    writeAll()
  }
  const added = (): void => {
    if (frames.length >= JOINED_BYTES_MAX) writeAll()
    else if (!isHeld && !isFlushPlanned) {
      isFlushPlanned = true
      queueMicrotask(planned)
    }
  }
  return {
    add: (frame) => {
      if (isClosed) return
      frames.add(frame)
      added()
    },
    addParts: (kind, correlation, head, body) => {
      if (isClosed) return
      const { memory, start, end } = body
      if (end - start >= JOINED_BYTES_MAX) {
        frames.addHead(kind, correlation, head, end - start)
        writeAll()
        write(memory.subarray(start, end))
      } else {
        frames.addParts(kind, correlation, head, body)
        added()
      }
    },
    hold: () => {
      isHeld = true
    },
    flush: () => {
      isHeld = false
      writeAll()
    },
    drained,
    close: () => {
      isClosed = true
      drained()
      frames.release()
    },
  }
}
