import { EngineError } from '../../../runtime/errors/index.ts'
import type { Blobs } from './blobs.ts'
import type { StateMaps } from './stateMap.ts'

/** How many bytes an entry holds: moved and copied in one piece without holding others up. */
const CHUNK_BYTES = 256 * 1024
/** Chunks on their way at once. */
const WINDOW_CHUNKS = 8

/** What a job has in the grid: the length of each of its files, by name. */
type Folder = { readonly [name: string]: number }

/**
 * Files in maps of the grid, in pieces that lie on all members; a file exists from the moment that
 * its folder names it. It survives the loss of as many members as the maps have backups.
 */
export const gridBlobs = (maps: StateMaps): Blobs => {
  const folders = maps.texts('engine_checkpoints')
  const chunks = maps.bytes('engine_checkpointChunks')
  const pathOf: Blobs['pathOf'] = (folder, name) => `${folder}/${name}`

  /** Changes a folder, also while others do; one with nothing in it is removed. */
  const change = async (folder: string, make: (before: Folder) => Folder): Promise<void> => {
    for (;;) {
      const before = await folders.get(folder)
      const after = make(before === undefined ? {} : (JSON.parse(before) as Folder))
      const isEmpty = Object.keys(after).length === 0
      if (before === undefined) {
        if (isEmpty) return
        if ((await folders.putIfAbsent(folder, JSON.stringify(after))) === undefined) return
      } else if (isEmpty) {
        if (await folders.removeSame(folder, before)) return
      } else if (await folders.replace(folder, before, JSON.stringify(after))) return
    }
  }
  const folderOf = async (folder: string): Promise<Folder> =>
    JSON.parse((await folders.get(folder)) ?? '{}') as Folder
  const keysOf = (path: string, length: number): string[] =>
    Array.from({ length: Math.ceil(length / CHUNK_BYTES) }, (_, index) => `${path}#${index}`)

  return {
    pathOf,
    put: async (folder, name, bytes) => {
      const path = pathOf(folder, name)
      await inWindows(keysOf(path, bytes.length), (key, index) =>
        chunks.set(key, bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
      )
      await change(folder, (before) => ({ ...before, [name]: bytes.length }))
    },
    get: async (folder, name) => {
      const path = pathOf(folder, name)
      const length = (await folderOf(folder))[name]
      if (length === undefined) throw lost(path)
      const bytes = new Uint8Array(length)
      await inWindows(keysOf(path, length), async (key, index) => {
        const chunk = await chunks.get(key)
        if (chunk === undefined) throw lost(path)
        bytes.set(chunk, index * CHUNK_BYTES)
      })
      return bytes
    },
    list: async (folder) => Object.keys(await folderOf(folder)),
    remove: async (folder, name) => {
      const length = (await folderOf(folder))[name]
      if (length === undefined) return
      await change(folder, (before) =>
        Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)),
      )
      await inWindows(keysOf(pathOf(folder, name), length), (key) => chunks.remove(key))
    },
  }
}

const lost = (path: string): EngineError =>
  new EngineError(
    'CKP-005',
    `The checkpoint ${path} is lost: more members died at once than the grid keeps backups.`,
  )

const inWindows = async (
  keys: readonly string[],
  work: (key: string, index: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < keys.length; index = next++) await work(keys[index]!, index)
  }
  await Promise.all(Array.from({ length: WINDOW_CHUNKS }, lane))
}
