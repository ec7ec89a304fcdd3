import type { Disk } from '../../../runtime/host/index.ts'
import type { Column } from '../../../runtime/rows/index.ts'
import { loadParquet, type ParquetInput } from '../../formats/index.ts'
import type { OpenFile, OpenRequest } from './rowFile.ts'
import { readAt } from './splits.ts'

/** A file as the parquet reader wants it. Each read opens the file: they are few and large. */
const inputOf = (disk: Disk, path: string, byteLength: number): ParquetInput => ({
  byteLength,
  slice: async (start, end = byteLength) => {
    const from = start < 0 ? byteLength + start : start
    const bytes = await readAt(disk, path, from, Math.min(end, byteLength) - from)
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  },
})

/** Opens a parquet file. The position is the number of the next row. */
export const openParquetFile = async (request: OpenRequest): Promise<OpenFile> => {
  const { host, split, columns } = request
  const { openParquet } = await loadParquet()
  const file = await openParquet(inputOf(host.disk, split.path, split.end))
  const rows = file.openRows(columns, (split.position as number | null) ?? 0)
  return { read: () => rows.next(), position: () => rows.position(), close: async () => undefined }
}

/** The columns that the footer of a file tells. */
export const parquetColumns = async (
  disk: Disk,
  path: string,
  sizeBytes: number,
): Promise<readonly Column[]> => {
  const { openParquet } = await loadParquet()
  return (await openParquet(inputOf(disk, path, sizeBytes))).columns
}
