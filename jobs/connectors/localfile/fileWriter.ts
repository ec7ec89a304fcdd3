import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import type { CommitInfo, ConnectorContext, SinkWriter } from '../contract.ts'
import { OutputFiles } from './outputFiles.ts'
import { joinPath } from './paths.ts'
import {
  fileNameOf,
  growingFolder,
  hasUniqueNames,
  namingOf,
  partitionRows,
  targetOf,
  type PartitionedRows,
  type FileTarget,
  type SinkOptions,
} from './targets.ts'

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
  const writerId = host.random.uuid().replaceAll('-', '').slice(0, 10)
  const folder = joinPath(growingFolder(options, jobId, vertex.name), `${instance}-${writerId}`)
  const files = new OutputFiles(options, host.disk, folder)
  /** The tables that had rows: those without any may get an empty file. */
  const withRows = new Set<string>()

  const writeParts = async (
    target: FileTarget,
    parts: readonly PartitionedRows[],
  ): Promise<void> => {
    for (const { folder: partition, batch } of parts) await files.write(target, partition, batch)
  }

  const beginEmptyFiles = (): void => {
    for (const [path, target] of targets) {
      if (withRows.has(path) || target.partitionIndices.length > 0) continue
      files.open(target, '')
      withRows.add(path)
    }
  }

  return {
    open: async (state) => {
      await files.load()
      for (const saved of state) for (const path of saved as readonly string[]) withRows.add(path)
    },
    write: (batch: Batch): void | Promise<void> => {
      const target = targets.get(batch.table.path) ?? targetOf(options, batch.table)
      if (batch.rowCount > 0) withRows.add(batch.table.path)
      const parts = partitionRows(options, target, batch)
      if (parts.length !== 1) return writeParts(target, parts)
      return files.write(target, parts[0]!.folder, parts[0]!.batch) ?? undefined
    },
    prepareCommit: async (checkpointId) => {
      if (options.create_empty_file_when_no_data) beginEmptyFiles()
      const naming = namingOf(host, { jobId, writerId, instance }, checkpointId)
      const isUnique = hasUniqueNames(options)
      return (await files.finish()).map((file): FileCommit => ({
        from: file.path,
        to: file.isWhole
          ? file.folder
          : joinPath(file.folder, fileNameOf(options, naming, file.part)),
        isUnique: isUnique || file.isWhole,
      }))
    },
    snapshot: () => [[...withRows]],
    abort: () => files.remove(),
    close: () => files.close(),
  }
}
