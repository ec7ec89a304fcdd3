import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { ByteSource } from '../byteSource.ts'

type StreamCodec = ConstructorParameters<typeof DecompressionStream>[0]

/** `source` decompressed. Its bytes fail with FIL-004 when they are damaged or end too early. */
export const inflate = (source: ByteSource, codec: StreamCodec): ByteSource => {
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const bytes = await source.next()
      if (bytes === null) controller.close()
      else controller.enqueue(bytes as Uint8Array<ArrayBuffer>)
    },
  })
  const reader = compressed.pipeThrough(new DecompressionStream(codec)).getReader()
  return {
    next: async () => {
      try {
        const { value, done } = await reader.read()
        return done ? null : value
      } catch (cause) {
        if (cause instanceof EngineError) throw cause
        throw new EngineError(
          'FIL-004',
          `What should be ${codec} data is damaged or ends too early (${messageOf(cause)}).`,
          { cause },
        )
      }
    },
    close: async () => {
      await reader.cancel().catch(() => undefined)
      await source.close()
    },
  }
}

/** Compresses bytes as they come. */
export interface ByteCompressor {
  /** Takes bytes, which may be used again afterwards; yields what is ready. */
  write(bytes: Uint8Array): Promise<Uint8Array>
  /** The rest. */
  finish(): Promise<Uint8Array>
}

export const createDeflater = (codec: StreamCodec): ByteCompressor => {
  const stream = new CompressionStream(codec)
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  let ready: Uint8Array[] = []
  const pump = (async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      ready.push(value)
    }
  })()
  const takeReady = (): Uint8Array => {
    const bytes = Buffer.concat(ready)
    ready = []
    return bytes
  }
  return {
    write: async (bytes) => {
      await writer.write(bytes.slice())
      return takeReady()
    },
    finish: async () => {
      await writer.close()
      await pump
      return takeReady()
    },
  }
}
