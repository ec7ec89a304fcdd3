import type { JsonValue } from '../../../runtime/config/index.ts'
import type { Disk } from '../../../runtime/host/index.ts'
import { isUtf8, startsAsArray } from '../../formats/index.ts'
import type { ConnectorContext, Split, SplitEnumerator } from '../contract.ts'
import { findFiles, type FoundFile } from './listing.ts'
import type { FileTable } from './tables.ts'
import { unescapeText } from './texts.ts'

/** One file, or a range of it whose ends lie between two rows. */
export interface FileSplit extends Split {
  readonly table: number
  readonly path: string
  readonly start: number
  readonly end: number
  /** Where a reader goes on; null for the beginning. What it holds is the format's own matter. */
  readonly position: JsonValue
}

/** Finds the files once, when the job starts. */
export const createFileEnumerator = (
  tables: readonly FileTable[],
  context: ConnectorContext,
): SplitEnumerator => {
  const { disk } = context.host
  let waiting: FileSplit[] = []
  let isFound = false
  let splitCount = 0
  return {
    open: async () => {
      if (isFound) return
      for (const [index, table] of tables.entries()) {
        for (const file of await findFiles(disk, table)) {
          waiting.push(...(await splitsOf(disk, table, index, file)))
        }
      }
      splitCount = waiting.length
      isFound = true
    },
    next: () => waiting.shift() ?? null,
    giveBack: (splits) => {
      waiting.unshift(...(splits as readonly FileSplit[]))
    },
    snapshot: () => ({ waiting: [...waiting], splitCount }),
    restore: (state) => {
      const saved = state as unknown as {
        readonly waiting: FileSplit[]
        readonly splitCount: number
      }
      waiting = [...saved.waiting]
      splitCount = saved.splitCount
      isFound = true
    },
    get splitCount() {
      return splitCount
    },
    close: async () => undefined,
  }
}

const splitsOf = async (
  disk: Disk,
  table: FileTable,
  index: number,
  file: FoundFile,
): Promise<FileSplit[]> => {
  const bounds = (await isSplittable(disk, table, file))
    ? await boundsOf(disk, table, file)
    : [0, file.sizeBytes]
  return bounds.slice(1).map((end, part) => ({
    id: `${index}:${file.path}:${bounds[part]!}`,
    table: index,
    path: file.path,
    start: bounds[part]!,
    end,
    position: null,
  }))
}

const SNIFFED_BYTES = 4096

const isSplittable = async (disk: Disk, table: FileTable, file: FoundFile): Promise<boolean> => {
  const { format, options } = table
  if (!options.enable_file_split || file.sizeBytes <= options.file_split_size) return false
  const isPlain = options.compress_codec === 'none' && options.archive_compress_codec === 'none'
  if (!isPlain || !isUtf8(options.encoding)) return false
  if (format === 'text' || format === 'csv') return true
  return format === 'json' && !startsAsArray(await readAt(disk, file.path, 0, SNIFFED_BYTES))
}

const boundsOf = async (disk: Disk, table: FileTable, file: FoundFile): Promise<number[]> => {
  const delimiter = Buffer.from(rowDelimiterOf(table))
  const bounds = [0]
  for (let wanted = table.options.file_split_size; wanted < file.sizeBytes;) {
    const bound = await nextRow(disk, file, wanted, delimiter)
    bounds.push(bound)
    wanted = Math.max(wanted, bound) + table.options.file_split_size
  }
  if (bounds.at(-1)! < file.sizeBytes) bounds.push(file.sizeBytes)
  return bounds
}

/** What ends a row; csv and json always have lines. */
export const rowDelimiterOf = (table: FileTable): string =>
  table.format === 'text' ? unescapeText(table.options.row_delimiter) || '\n' : '\n'

const SEARCH_BYTES = 64 * 1024

/** The first place at or after `from` at which a row starts. */
const nextRow = async (
  disk: Disk,
  file: FoundFile,
  from: number,
  delimiter: Buffer,
): Promise<number> => {
  let at = Math.max(0, from - delimiter.length)
  while (at < file.sizeBytes) {
    const bytes = await readAt(disk, file.path, at, SEARCH_BYTES)
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(delimiter)
    if (found >= 0) return at + found + delimiter.length
    if (bytes.length < SEARCH_BYTES) break
    at += bytes.length - delimiter.length + 1
  }
  return file.sizeBytes
}

/** Up to `count` bytes of a file. */
export const readAt = async (
  disk: Disk,
  path: string,
  position: number,
  count: number,
): Promise<Uint8Array> => {
  const file = await disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(count)
    return bytes.subarray(0, await file.read(bytes, position))
  } finally {
    await file.close()
  }
}
