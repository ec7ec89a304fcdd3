/** Bytes that are asked for: a file, a response, or either of them decompressed. */
export interface ByteSource {
  /** The next bytes, in an array of their own; null at the end. */
  next(): Promise<Uint8Array | null>
  close(): Promise<void>
}

/** Leaves out the first `count` bytes. */
export const skipBytes = (source: ByteSource, count: number): ByteSource => {
  let left = count
  return {
    next: async () => {
      for (;;) {
        const bytes = await source.next()
        if (bytes === null || left === 0) return bytes
        if (bytes.length > left) {
          const rest = bytes.subarray(left)
          left = 0
          return rest
        }
        left -= bytes.length
      }
    },
    close: () => source.close(),
  }
}
