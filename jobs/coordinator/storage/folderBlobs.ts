import type { Disk } from '../../../runtime/host/index.ts'
import type { Blobs } from './blobs.ts'

/** Files in a folder of a disk, each written whole and synced. */
export const folderBlobs = (disk: Disk, root: string): Blobs => {
  const pathOf: Blobs['pathOf'] = (folder, name) => `${root}/${folder}/${name}`
  return {
    pathOf,
    put: async (folder, name, pieces) => {
      await disk.makeFolder(`${root}/${folder}`)
      const path = pathOf(folder, name)
      const part = `${path}.part`
      try {
        await writePieces(disk, part, pieces)
        await disk.rename(part, path)
      } catch (thrown) {
        await disk.remove(part).catch(() => undefined)
        throw thrown
      }
      await disk.syncFolder(`${root}/${folder}`)
    },
    get: (folder, name) => disk.readFile(pathOf(folder, name)),
    list: async (folder) =>
      (await disk.stat(`${root}/${folder}`)) === undefined
        ? []
        : (await disk.list(`${root}/${folder}`)).map((entry) => entry.name),
    remove: (folder, name) => disk.remove(pathOf(folder, name)),
  }
}

const writePieces = async (
  disk: Disk,
  path: string,
  pieces: readonly Uint8Array[],
): Promise<void> => {
  const file = await disk.open(path, 'write')
  try {
    for (const piece of pieces) await file.write(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}
