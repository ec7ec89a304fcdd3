import type { JsonValue } from '../../../runtime/config/index.ts'
import { selectRows, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { CommitInfo, ConnectorContext, SinkWriter } from '../contract.ts'
import {
  compressorOf,
  createOutputFile,
  encodeOf,
  rowWriterOf,
  type OutputFile,
} from './outputFile.ts'
import { joinPath } from './paths.ts'
import {
  fileNameOf,
  growingFolder,
  hasUniqueNames,
  namingOf,
  partitionRows,
  targetOf,
  type FileTarget,
  type PartitionedRows,
  type SinkOptions,
} from './targets.ts'

/** Files whose handles are open at one time, whatever the number of partitions. */
const OPEN_FILES_MAX = 64
/** A file is written to the disk in pieces of this size, smaller ones when there are many files. */
const FLUSH_BYTES = 256 * 1024
const PENDING_BYTES_MAX = 32 * 1024 * 1024

/** What the committer needs: the finished file, its final name, and whether no other file has it. */
export interface FileCommit extends CommitInfo {
  readonly from: string
  readonly to: string
  readonly isUnique: boolean
}

/**
 * Writes files that nobody sees before they are committed: they grow in the temporary folder, one
 * set of files a checkpoint.
 */
export const createFileWriter = (
  options: SinkOptions,
  tables: readonly TableSchema[],
  context: ConnectorContext,
): SinkWriter => {
  const { host, jobId, instance, vertex } = context
  const targets = new Map(tables.map((table) => [table.path, targetOf(options, table)]))
  const encodes = new Map(
    [...targets.values()].map((target) => [target, encodeOf(options, target)]),
  )
  for (const target of targets.values()) compressorOf(options, target)
  const writerId = host.random.uuid().replaceAll('-', '').slice(0, 10)
  const folder = joinPath(growingFolder(options, jobId, vertex.name), `${instance}-${writerId}`)
  const files = new Map<string, OutputFile>()
  const finished: OutputFile[] = []
  const withRows = new Set<string>()
  let fileCount = 0
  let isFolderMade = false

  const openFile = (target: FileTarget, partition: string): OutputFile => {
    const key = joinPath(target.folder, partition)
    const found = files.get(key)
    if (found !== undefined) return found
    const part = finished.filter((one) => one.folder === key).length
    const file = createOutputFile({
      disk: host.disk,
      path: joinPath(folder, String(fileCount)),
      folder: key,
      part,
      writer: rowWriterOf(options, target),
      encode: encodes.get(target)!,
      compressor: compressorOf(options, target),
    })
    fileCount += 1
    files.set(key, file)
    return file
  }

  const makeFolder = async (): Promise<void> => {
    if (isFolderMade) return
    await host.disk.makeFolder(folder)
    isFolderMade = true
  }

  const flush = async (file: OutputFile): Promise<void> => {
    await makeFolder()
    if (!file.isOpen) {
      const open = [...files.values()].filter((one) => one.isOpen)
      if (open.length >= OPEN_FILES_MAX) await open[0]!.release()
    }
    await file.flush()
  }

  const finish = async (file: OutputFile): Promise<void> => {
    await makeFolder()
    files.delete(file.folder)
    finished.push(file)
    await file.finish()
  }

  const rowsMax = options.single_file_mode ? Number.POSITIVE_INFINITY : options.batch_size

  /** Null when all was buffered. */
  const writeRows = (target: FileTarget, partition: string, batch: Batch): Promise<void> | null => {
    const file = openFile(target, partition)
    const left = rowsMax - file.rowCount
    if (batch.rowCount > left) return writeOver(target, partition, batch, left)
    file.write(batch)
    const limit = Math.min(FLUSH_BYTES, PENDING_BYTES_MAX / files.size)
    return file.pendingBytes < limit ? null : flush(file)
  }

  /** Fills the current file, then goes on in the next one. */
  const writeOver = async (
    target: FileTarget,
    partition: string,
    batch: Batch,
    left: number,
  ): Promise<void> => {
    const file = openFile(target, partition)
    if (left > 0) file.write(rowsBetween(batch, 0, left))
    await finish(file)
    await writeRows(target, partition, rowsBetween(batch, left, batch.rowCount))
  }

  const write = (batch: Batch): void | Promise<void> => {
    const target = targets.get(batch.table.path) ?? targetOf(options, batch.table)
    if (batch.rowCount > 0) withRows.add(batch.table.path)
    const parts = partitionRows(options, target, batch)
    if (parts.length !== 1) return writeParts(target, parts)
    return writeRows(target, parts[0]!.folder, parts[0]!.batch) ?? undefined
  }

  const writeParts = async (
    target: FileTarget,
    parts: readonly PartitionedRows[],
  ): Promise<void> => {
    for (const { folder: partition, batch } of parts) await writeRows(target, partition, batch)
  }

  const prepareCommit = async (checkpointId: number): Promise<readonly CommitInfo[]> => {
    if (options.create_empty_file_when_no_data) {
      for (const [path, target] of targets) {
        if (withRows.has(path) || target.partitionIndices.length > 0) continue
        openFile(target, '')
        withRows.add(path)
      }
    }
    for (const file of files.values()) await finish(file)
    if (finished.length > 0) await host.disk.syncFolder(folder)
    const naming = namingOf(host, { jobId, writerId, instance }, checkpointId)
    const isUnique = hasUniqueNames(options)
    const commits: FileCommit[] = finished.map((file) => ({
      from: file.path,
      to: joinPath(file.folder, fileNameOf(options, naming, file.part)),
      isUnique,
    }))
    finished.length = 0
    isFolderMade = false
    return commits
  }

  const releaseAll = async (): Promise<void> => {
    for (const file of [...files.values(), ...finished]) await file.release()
    files.clear()
  }

  return {
    open: async (state) => {
      for (const saved of state) for (const path of saved as readonly string[]) withRows.add(path)
    },
    write,
    prepareCommit,
    snapshot: (): readonly JsonValue[] => [[...withRows]],
    abort: async () => {
      const unprepared = [...files.values(), ...finished].map((file) => file.path)
      await releaseAll()
      finished.length = 0
      for (const path of unprepared) await host.disk.remove(path)
    },
    close: releaseAll,
  }
}

const rowsBetween = (batch: Batch, from: number, to: number): Batch => {
  if (from === 0 && to === batch.rowCount) return batch
  const indices = Int32Array.from({ length: to - from }, (_, index) => from + index)
  return selectRows(batch, indices, to - from)
}
