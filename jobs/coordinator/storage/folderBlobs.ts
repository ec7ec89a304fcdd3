import type { Disk } from '../../../runtime/host/index.ts'
import type { Blobs } from './blobs.ts'

/** Files in a folder of a disk, each written whole and synced. */
export const folderBlobs = (disk: Disk, root: string): Blobs => {
  const pathOf: Blobs['pathOf'] = (folder, name) => `${root}/${folder}/${name}`
  return {
    pathOf,
    put: async (folder, name, bytes) => {
      await disk.makeFolder(`${root}/${folder}`)
      await disk.writeFileAtomically(pathOf(folder, name), bytes)
    },
    get: (folder, name) => disk.readFile(pathOf(folder, name)),
    list: async (folder) =>
      (await disk.stat(`${root}/${folder}`)) === undefined
        ? []
        : (await disk.list(`${root}/${folder}`)).map((entry) => entry.name),
    remove: (folder, name) => disk.remove(pathOf(folder, name)),
  }
}
