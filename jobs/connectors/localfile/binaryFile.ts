import { batchOfRows, type Batch, type Value } from '../../../runtime/rows/index.ts'
import { nameOf } from './paths.ts'
import type { OpenFile, OpenRequest } from './rowFile.ts'

/** The bytes in one batch, roughly. */
const BATCH_BYTES = 256 * 1024

/**
 * Opens a file as rows of its bytes, its path within the folder of the job, and the number of the
 * row from 0. The position is the number of the next row.
 */
export const openBinaryFile = async (request: OpenRequest): Promise<OpenFile> => {
  const { host, table, split, columns } = request
  const { options } = table
  const chunkBytes = options.binary_complete_file_mode ? split.end : options.binary_chunk_size
  const rowsMax = Math.max(1, Math.floor(BATCH_BYTES / chunkBytes))
  const relativePath = split.path.startsWith(`${table.path}/`)
    ? split.path.slice(table.path.length + 1)
    : nameOf(split.path)
  const file = await host.disk.open(split.path, 'read')
  let part = (split.position as number | null) ?? 0
  return {
    read: async (): Promise<Batch | null> => {
      const bytes = new Uint8Array(rowsMax * chunkBytes)
      const count = await file.read(bytes, part * chunkBytes)
      if (count === 0) return null
      const rows: Value[][] = []
      for (let at = 0; at < count; at += chunkBytes) {
        rows.push([
          bytes.subarray(at, Math.min(at + chunkBytes, count)),
          relativePath,
          BigInt(part),
        ])
        part += 1
      }
      return batchOfRows(columns, rows)
    },
    position: () => part,
    close: () => file.close(),
  }
}
