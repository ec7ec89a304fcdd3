import type { Clock, Connection, Timer } from '../../runtime/host/index.ts'
import type { WireLimits } from './limits.ts'

/** Collects the frames of one turn and writes them together. */
export interface Outbox {
  add(frame: Uint8Array): void
  /** Writes at once what was added. */
  flush(): void
  /** The connection has taken all that waited. */
  drained(): void
  close(): void
}

/** Larger writes gain nothing from being put together. */
const JOINED_BYTES_MAX = 64 * 1024
const NOTHING = new Uint8Array(0)

const join = (frames: readonly Uint8Array[], sizeBytes: number): Uint8Array => {
  const joined = new Uint8Array(sizeBytes)
  let at = 0
  for (const frame of frames) {
    joined.set(frame, at)
    at += frame.length
  }
  return joined
}

/** `onTooSlow` is called once the peer takes too little; the caller then cuts it off. */
export const createOutbox = (
  clock: Clock,
  connection: Connection,
  limits: WireLimits,
  onTooSlow: (reason: string) => void,
): Outbox => {
  let frames: Uint8Array[] = []
  let frameBytes = 0
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
  const flush = (): void => {
    if (isClosed || frames.length === 0) return
    const bytes = frames.length === 1 ? frames[0]! : join(frames, frameBytes)
    frames = []
    frameBytes = 0
    const waitingBytes = connection.write(bytes)
    if (waitingBytes > limits.queuedBytesMax) {
      onTooSlow(`leaves ${waitingBytes} bytes waiting, more than ${limits.queuedBytesMax}`)
    } else if (waitingBytes > 0 && stall === undefined) watchStall(waitingBytes)
  }
  return {
    add: (frame) => {
      if (isClosed) return
      frames.push(frame)
      frameBytes += frame.length
      if (frameBytes >= JOINED_BYTES_MAX) flush()
      else if (!isFlushPlanned) {
        isFlushPlanned = true
        queueMicrotask(() => {
          isFlushPlanned = false
          flush()
        })
      }
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
    },
  }
}
