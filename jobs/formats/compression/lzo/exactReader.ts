import { EngineError } from '../../../../runtime/errors/index.ts'
import type { ByteSource } from '../../byteSource.ts'

/** Reads a source in pieces of known length. */
export interface ExactReader {
  isAtEnd(): Promise<boolean>
  /** Exactly `byteCount` bytes in an array of their own. FIL-004 when the source ends before. */
  read(byteCount: number): Promise<Uint8Array>
}

export const createExactReader = (source: ByteSource): ExactReader => {
  let chunk: Uint8Array = new Uint8Array(0)
  /** Makes `chunk` hold at least a byte; false at the end. */
  const fill = async (): Promise<boolean> => {
    while (chunk.length === 0) {
      const more = await source.next()
      if (more === null) return false
      chunk = more
    }
    return true
  }
  return {
    isAtEnd: async () => !(await fill()),
    read: async (byteCount) => {
      const bytes = new Uint8Array(byteCount)
      for (let at = 0; at < byteCount;) {
        if (!(await fill())) {
          throw new EngineError('FIL-004', 'What should be an lzop file ends too early.')
        }
        const part = chunk.subarray(0, byteCount - at)
        bytes.set(part, at)
        at += part.length
        chunk = chunk.subarray(part.length)
      }
      return bytes
    },
  }
}
