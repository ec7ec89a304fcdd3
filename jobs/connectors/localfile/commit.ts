import { EngineError } from '../../../runtime/errors/index.ts'
import type { Disk } from '../../../runtime/host/index.ts'
import type { CommitInfo, ConnectorContext, SinkCommitter } from '../contract.ts'
import type { FileCommit } from './fileWriter.ts'
import { folderOf, joinPath, nameOf } from './paths.ts'
import { growingFolder, type SinkOptions } from './targets.ts'

const COPY_BYTES = 1024 * 1024

/** Moves finished files to their folder. A file appears whole under its name, and once. */
export const createFileCommitter = (
  options: SinkOptions,
  { host, jobId, vertex }: ConnectorContext,
): SinkCommitter => {
  const { disk } = host
  const growing = growingFolder(options, jobId, vertex.name)
  return {
    commit: async (infos) => {
      const commits = infos as readonly CommitInfo[] as readonly FileCommit[]
      const folders = new Set(commits.map((commit) => folderOf(commit.to)))
      for (const folder of folders) await disk.makeFolder(folder)
      for (const commit of commits) await publish(disk, commit)
      for (const folder of folders) await disk.syncFolder(folder)
      for (const folder of new Set(commits.map((commit) => folderOf(commit.from)))) {
        await removeEmpty(disk, folder)
      }
    },
    abort: async (infos) => {
      for (const { from } of infos as readonly CommitInfo[] as readonly FileCommit[]) {
        await disk.remove(from)
      }
    },
    abortOrphans: () => disk.remove(growing),
    close: async () => {
      await removeEmpty(disk, growing)
      await removeEmpty(disk, folderOf(growing))
    },
  }
}

const publish = async (disk: Disk, { from, to, isUnique }: FileCommit): Promise<void> => {
  if ((await disk.stat(from)) === undefined) {
    // Committed before a crash: a name that others may use too tells nothing about it.
    if (!isUnique || (await disk.stat(to)) !== undefined) return
    throw new EngineError('FIL-007', `${from} is gone before it could become ${to}.`)
  }
  const target = isUnique ? to : await freeName(disk, to)
  try {
    await disk.rename(from, target)
  } catch (thrown) {
    // A rename between two file systems is what a disk cannot do; whatever else went wrong, the copy tells.
    if (!(thrown instanceof EngineError) || thrown.code !== 'HST-004') throw thrown
    await copy(disk, from, target)
    await disk.remove(from)
  }
}

const freeName = async (disk: Disk, path: string): Promise<string> => {
  const name = nameOf(path)
  const dot = name.indexOf('.') < 0 ? name.length : name.indexOf('.')
  for (let number = 0; ; number += 1) {
    const tried = number === 0 ? name : `${name.slice(0, dot)}_${number}${name.slice(dot)}`
    const free = joinPath(folderOf(path), tried)
    if ((await disk.stat(free)) === undefined) return free
  }
}

/** Copies under a hidden name, makes that survive a crash, then renames it. */
const copy = async (disk: Disk, from: string, to: string): Promise<void> => {
  const hidden = joinPath(folderOf(to), `.${nameOf(to)}.copying`)
  const source = await disk.open(from, 'read')
  try {
    const target = await disk.open(hidden, 'write')
    try {
      const buffer = new Uint8Array(COPY_BYTES)
      for (let position = 0; ;) {
        const count = await source.read(buffer, position)
        if (count === 0) break
        await target.write(buffer.subarray(0, count))
        position += count
      }
      await target.sync()
    } finally {
      await target.close()
    }
    await disk.rename(hidden, to)
  } catch (thrown) {
    await disk.remove(hidden)
    throw thrown
  } finally {
    await source.close()
  }
}

const removeEmpty = async (disk: Disk, folder: string): Promise<void> => {
  const found = await disk.stat(folder)
  if (found?.isFolder === true && (await disk.list(folder)).length === 0) await disk.remove(folder)
}
