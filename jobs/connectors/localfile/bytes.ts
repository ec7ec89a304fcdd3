import type { Disk } from '../../../runtime/host/index.ts'
import type { ByteSource } from '../../formats/index.ts'

/** Large enough that the cost of a call vanishes, small enough to stay in the cache. */
const CHUNK_BYTES = 512 * 1024

/** The bytes `[start, end)` of a file. The next chunk is read while the last one is worked on. */
export const openFileBytes = async (
  disk: Disk,
  path: string,
  start: number,
  end: number,
): Promise<ByteSource> => {
  const file = await disk.open(path, 'read')
  let position = start
  const readChunk = async (): Promise<Uint8Array | null> => {
    const wanted = Math.min(CHUNK_BYTES, end - position)
    if (wanted <= 0) return null
    const chunk = new Uint8Array(wanted)
    const count = await file.read(chunk, position)
    position += count
    return count === 0 ? null : chunk.subarray(0, count)
  }
  let ahead: Promise<Uint8Array | null> | null = null
  return {
    next: async () => {
      const chunk = await (ahead ?? readChunk())
      ahead = chunk === null ? null : readChunk()
      ahead?.catch(() => undefined)
      return chunk
    },
    close: async () => {
      await ahead?.catch(() => undefined)
      await file.close()
    },
  }
}
