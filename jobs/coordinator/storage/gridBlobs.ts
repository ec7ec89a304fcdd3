import { EngineError } from '../../../runtime/errors/index.ts'
import { inWindows } from '../../states/index.ts'
import { concatenated, type Blobs } from './blobs.ts'
import type { StateMaps } from './stateMap.ts'

/** How many bytes an entry holds: moved and copied in one piece without holding others up. */
const CHUNK_BYTES = 256 * 1024

/** What a job has in the grid: the count of chunks of each of its files, by name. */
type Folder = { readonly [name: string]: number }

const folderFrom = (text: string | undefined): Folder => JSON.parse(text ?? '{}') as Folder

/**
 * Files in maps of the grid, in pieces that lie on all members; a file exists from the moment that
 * its folder names it. It survives the loss of as many members as the maps have backups.
 */
export const gridBlobs = (maps: StateMaps): Blobs => {
  const folders = maps.texts('engine_checkpoints')
  const chunks = maps.bytes('engine_checkpointChunks')
  const pathOf: Blobs['pathOf'] = (folder, name) => `${folder}/${name}`

  /** Puts `after` in the place of `before`, unless that has changed meanwhile; nothing is no folder. */
  const swap = async (
    folder: string,
    before: string | undefined,
    after: Folder,
  ): Promise<boolean> => {
    const text = JSON.stringify(after)
    const isEmpty = Object.keys(after).length === 0
    if (before === undefined) {
      return isEmpty || (await folders.putIfAbsent(folder, text)) === undefined
    }
    return isEmpty ? folders.removeSame(folder, before) : folders.replace(folder, before, text)
  }
  /** Changes a folder, also while others do; returns what it was. */
  const change = async (folder: string, make: (before: Folder) => Folder): Promise<Folder> => {
    for (;;) {
      const text = await folders.get(folder)
      const before = folderFrom(text)
      if (await swap(folder, text, make(before))) return before
    }
  }
  const folderOf = async (folder: string): Promise<Folder> => folderFrom(await folders.get(folder))
  const keysOf = (path: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${path}#${index}`)

  return {
    pathOf,
    put: async (folder, name, pieces) => {
      const path = pathOf(folder, name)
      const parts = chunksOf(pieces)
      await inWindows(keysOf(path, parts.length), (key, index) => chunks.set(key, parts[index]!))
      await change(folder, (before) => ({ ...before, [name]: parts.length }))
    },
    get: async (folder, name) => {
      const path = pathOf(folder, name)
      const count = (await folderOf(folder))[name]
      if (count === undefined) throw lost(path)
      const parts: Uint8Array[] = []
      await inWindows(keysOf(path, count), async (key, index) => {
        const part = await chunks.get(key)
        if (part === undefined) throw lost(path)
        parts[index] = part
      })
      return concatenated(parts)
    },
    list: async (folder) => Object.keys(await folderOf(folder)),
    remove: async (folder, name) => {
      const { [name]: count } = await change(folder, (before) =>
        Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)),
      )
      if (count === undefined) return
      await inWindows(keysOf(pathOf(folder, name), count), (key) => chunks.remove(key))
    },
  }
}

/** Large pieces are cut, small ones that follow each other are put together. */
const chunksOf = (pieces: readonly Uint8Array[]): Uint8Array[] => {
  const parts: Uint8Array[] = []
  let small: Uint8Array[] = []
  let smallBytes = 0
  const flush = (): void => {
    if (small.length > 0) parts.push(concatenated(small))
    small = []
    smallBytes = 0
  }
  for (const piece of pieces) {
    if (smallBytes + piece.length > CHUNK_BYTES) flush()
    if (piece.length <= CHUNK_BYTES) {
      small.push(piece)
      smallBytes += piece.length
      continue
    }
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
      parts.push(piece.subarray(at, at + CHUNK_BYTES))
    }
  }
  flush()
  return parts
}

const lost = (path: string): EngineError =>
  new EngineError(
    'CKP-005',
    `The checkpoint ${path} is lost: more members died at once than the grid keeps backups.`,
  )
