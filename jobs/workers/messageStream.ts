import type { IncomingStream, StreamHandlers, StreamWriter } from '../../members/wire/index.ts'
import { pack, unpack } from './packing.ts'

/** A message goes in pieces of this size, so that states of any size pass and others are not held up long. */
const PIECE_BYTES = 256 * 1024
const MORE = 0
const LAST = 1

export interface MessageWriter {
  /** Queues a message; what cannot be sent any more is dropped: the stream tells that it is over. */
  send(message: unknown): void
  /** Bytes that wait for the reader. */
  queuedBytes(): number
}

/** Writes messages of any size to a stream, in order. */
export const createMessageWriter = (stream: StreamWriter): MessageWriter => {
  let queuedBytes = 0
  return {
    queuedBytes: () => queuedBytes,
    send: (message) => {
      const bytes = pack(message)
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const part = bytes.subarray(at, at + PIECE_BYTES)
        const piece = new Uint8Array(1 + part.length)
        piece[0] = at + PIECE_BYTES < bytes.length ? MORE : LAST
        piece.set(part, 1)
        queuedBytes += piece.length
        const settle = (): void => {
          queuedBytes -= piece.length
        }
        stream.write(piece).then(settle, settle)
      }
    },
  }
}

/** Reads what a message writer wrote; grants as it reads. `onOver` is called once, at the end or loss. */
export const readMessages = (
  stream: IncomingStream,
  onMessage: (message: unknown) => void,
  onOver: (error: Error | undefined) => void,
): StreamHandlers => {
  let parts: Uint8Array[] = []
  return {
    onData: (piece) => {
      parts.push(piece.subarray(1))
      const isLast = piece[0] === LAST
      stream.grant(piece.length)
      if (!isLast) return
      const bytes = parts.length === 1 ? parts[0]! : Bun.concatArrayBuffers(parts, Infinity, true)
      parts = []
      onMessage(unpack(bytes))
    },
    onEnd: () => onOver(undefined),
    onAbort: onOver,
  }
}
