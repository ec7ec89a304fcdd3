import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Disk, DiskEntry, DiskFile } from '../disk.ts'
import { diskError, isAbsent, onDisk } from './failures.ts'

/** Loaded when the first file is touched: most threads never do, and it takes half a megabyte of each. */
const files = () => import('node:fs/promises')

const FLAGS = { read: 'r', write: 'w', append: 'a', update: 'r+' } as const

const createFile = (path: string, handle: FileHandle, appends: boolean): DiskFile => {
  let position = 0
  return {
    read: (target, from) =>
      onDisk(path, async () => {
        let filled = 0
        while (filled < target.length) {
          const { bytesRead } = await handle.read(
            target,
            filled,
            target.length - filled,
            from + filled,
          )
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return filled
      }),
    write: (bytes) =>
      onDisk(path, async () => {
        let done = 0
        while (done < bytes.length) {
          const at = appends ? null : position
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at)
          done += bytesWritten
          position += bytesWritten
        }
      }),
    sync: () => onDisk(path, () => handle.datasync()),
    truncate: (length) =>
      onDisk(path, async () => {
        await handle.truncate(length)
        position = Math.min(position, length)
      }),
    close: () => onDisk(path, () => handle.close()),
  }
}

const openFile: Disk['open'] = (path, mode) =>
  onDisk(path, async () => {
    const { open } = await files()
    return createFile(path, await open(path, FLAGS[mode]), mode === 'append')
  })

const syncFolder: Disk['syncFolder'] = (path) =>
  onDisk(path, async () => {
    const { open } = await files()
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  })

const statPath: Disk['stat'] = async (path) => {
  try {
    const { stat } = await files()
    const found = await stat(path)
    return { isFolder: found.isDirectory(), sizeBytes: found.size, modifiedAtMs: found.mtimeMs }
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined
    throw diskError(path, thrown)
  }
}

const listFolder: Disk['list'] = (path) =>
  onDisk(path, async () => {
    const { readdir } = await files()
    const found: DiskEntry[] = []
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const isFolder = entry.isSymbolicLink()
        ? ((await statPath(join(path, entry.name)))?.isFolder ?? false)
        : entry.isDirectory()
      found.push({ name: entry.name, isFolder })
    }
    return found.sort((left, right) => (left.name < right.name ? -1 : 1))
  })

const writeFileAtomically: Disk['writeFileAtomically'] = async (path, bytes) => {
  const folder = dirname(path)
  const { rename, rm } = await files()
  const temporary = join(folder, `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  try {
    const file = await openFile(temporary, 'write')
    try {
      await file.write(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
    throw diskError(path, cause)
  }
  await syncFolder(folder)
}

const makeFolder: Disk['makeFolder'] = (path) =>
  onDisk(path, async () => {
    const { mkdir } = await files()
    const highestMade = await mkdir(path, { recursive: true })
    if (highestMade === undefined) return
    const top = dirname(resolve(highestMade))
    for (let made = resolve(path); made !== top; made = dirname(made)) {
      await syncFolder(dirname(made))
    }
  })

/** Files over node:fs. */
export const realDisk: Disk = {
  open: openFile,
  readFile: (path) => onDisk(path, async () => (await files()).readFile(path)),
  writeFileAtomically,
  list: listFolder,
  stat: statPath,
  makeFolder,
  rename: (from, to) => onDisk(from, async () => (await files()).rename(from, to)),
  remove: (path) =>
    onDisk(path, async () => (await files()).rm(path, { recursive: true, force: true })),
  syncFolder,
  lock: async (path) => (await import('./fileLock.ts')).lockFile(path),
}
