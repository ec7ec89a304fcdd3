import type { SeededRandom } from './random.ts'

/** What a crash leaves of what was not synced. */
export type Unsynced = 'lost' | 'kept' | 'torn'

/** Disks write sectors whole or not at all; nothing larger. */
export const SECTOR_BYTES = 512

/**
 * A file: what processes see, and what a crash cannot take. Up to `durableSize` the disk holds
 * `bytes`, except in the sectors of `undo`, of which it holds the older content.
 */
export interface FileNode {
  readonly kind: 'file'
  bytes: Uint8Array
  size: number
  durableSize: number
  readonly undo: Map<number, Uint8Array>
  modifiedAtMs: number
}

/** A name in a folder and when it was given. */
export interface Name {
  readonly node: DiskNode | undefined
  readonly sequence: number
}

export interface FolderNode {
  readonly kind: 'folder'
  readonly entries: Map<string, DiskNode>
  /** What a crash cannot take. */
  readonly durable: Map<string, Name>
  modifiedAtMs: number
}

export type DiskNode = FileNode | FolderNode

export const createFileNode = (nowMs: number): FileNode => ({
  kind: 'file',
  bytes: new Uint8Array(SECTOR_BYTES),
  size: 0,
  durableSize: 0,
  undo: new Map(),
  modifiedAtMs: nowMs,
})

export const createFolderNode = (nowMs: number): FolderNode => ({
  kind: 'folder',
  entries: new Map(),
  durable: new Map(),
  modifiedAtMs: nowMs,
})

const sectorOf = (position: number): number => Math.floor(position / SECTOR_BYTES)

/** Keeps the durable content of all sectors that the range [from, to) touches. */
const saveUndo = (file: FileNode, from: number, to: number): void => {
  const end = Math.min(to, file.durableSize)
  if (from >= end) return
  for (let sector = sectorOf(from); sector * SECTOR_BYTES < end; sector += 1) {
    if (file.undo.has(sector)) continue
    const start = sector * SECTOR_BYTES
    file.undo.set(sector, file.bytes.slice(start, start + SECTOR_BYTES))
  }
}

const reserve = (file: FileNode, size: number): void => {
  if (size <= file.bytes.length) return
  const sectors = sectorOf(Math.max(size, file.bytes.length * 2) - 1) + 1
  const larger = new Uint8Array(sectors * SECTOR_BYTES)
  larger.set(file.bytes)
  file.bytes = larger
}

export const writeAt = (file: FileNode, position: number, bytes: Uint8Array): void => {
  const end = position + bytes.length
  saveUndo(file, Math.min(position, file.size), end)
  reserve(file, end)
  file.bytes.set(bytes, position)
  file.size = Math.max(file.size, end)
}

export const truncateTo = (file: FileNode, length: number): void => {
  saveUndo(file, Math.min(length, file.size), Math.max(file.size, file.durableSize))
  reserve(file, length)
  file.bytes.fill(0, length)
  file.size = length
}

export const syncFile = (file: FileNode): void => {
  file.durableSize = file.size
  file.undo.clear()
}

const restore = (file: FileNode, sector: number, old: Uint8Array): void =>
  file.bytes.set(old, sector * SECTOR_BYTES)

/** What a power loss leaves of a file. Torn: any of the unsynced sectors, up to any length. */
export const crashFile = (file: FileNode, unsynced: Unsynced, random: SeededRandom): void => {
  if (unsynced === 'lost') {
    for (const [sector, old] of file.undo) restore(file, sector, old)
    file.size = file.durableSize
  } else if (unsynced === 'torn') tear(file, random)
  file.bytes.fill(0, file.size)
  syncFile(file)
}

const tear = (file: FileNode, random: SeededRandom): void => {
  for (const [sector, old] of file.undo) if (random.chance(0.5)) restore(file, sector, old)
  if (file.size < file.durableSize) {
    if (random.chance(0.5)) file.size = file.durableSize
    return
  }
  file.size = file.durableSize + random.integer(file.size - file.durableSize + 1)
  for (let at = file.durableSize; at < file.size; at = (sectorOf(at) + 1) * SECTOR_BYTES) {
    if (random.chance(0.25)) file.bytes.fill(0, at, (sectorOf(at) + 1) * SECTOR_BYTES)
  }
}
