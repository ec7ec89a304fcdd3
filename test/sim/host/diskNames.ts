import { diskError } from '../../../runtime/host/real/failures.ts'
import {
  crashFile,
  createFolderNode,
  type DiskNode,
  type FileNode,
  type FolderNode,
  type Unsynced,
} from './diskNodes.ts'
import type { SeededRandom } from './random.ts'

/** Throws what a real host throws for this errno. */
export const failDisk = (path: string, errno: string): never => {
  throw diskError(path, Object.assign(new Error(errno), { code: errno }))
}

interface NameChange {
  readonly folder: FolderNode
  readonly name: string
  readonly node: DiskNode | undefined
}

/** Changes that a crash keeps or loses as one: a rename is never half done. */
interface NameOperation {
  readonly changes: readonly NameChange[]
  readonly sequence: number
}

/** The names of a disk: a tree as seen now, and the journal of what a crash may take back. */
export interface DiskNames {
  readonly root: FolderNode
  find(path: string): DiskNode | undefined
  file(path: string): FileNode
  folder(path: string): FolderNode
  /** The folder that holds `path`, and its name there. */
  place(path: string): { readonly folder: FolderNode; readonly name: string }
  set(path: string, node: DiskNode): void
  remove(path: string): void
  rename(from: string, to: string): void
  syncFolder(folder: FolderNode): void
  /** What a power loss leaves; `choose` decides for each file and for the names. */
  crash(choose: () => Unsynced, random: SeededRandom): void
  usedBytes(): number
}

const partsOf = (path: string): string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.')

const applyDurably = (operation: NameOperation): void => {
  for (const { folder, name, node } of operation.changes) {
    const known = folder.durable.get(name)
    if (known !== undefined && known.sequence > operation.sequence) continue
    folder.durable.set(name, { node, sequence: operation.sequence })
  }
}

function* filesUnder(folder: FolderNode): Generator<FileNode> {
  for (const node of folder.entries.values()) {
    if (node.kind === 'file') yield node
    else yield* filesUnder(node)
  }
}

/** Makes the tree what is durable. */
const revert = (folder: FolderNode, seen: Set<FolderNode>): void => {
  if (seen.has(folder)) return
  seen.add(folder)
  folder.entries.clear()
  for (const [name, { node }] of folder.durable) {
    if (node === undefined) continue
    folder.entries.set(name, node)
    if (node.kind === 'folder') revert(node, seen)
  }
}

export const createDiskNames = (nowMs: () => number): DiskNames => {
  const root = createFolderNode(0)
  let journal: NameOperation[] = []
  let sequence = 0

  const find = (path: string): DiskNode | undefined => {
    let node: DiskNode | undefined = root
    for (const part of partsOf(path)) {
      if (node?.kind !== 'folder') return undefined
      node = node.entries.get(part)
    }
    return node
  }
  const folder = (path: string): FolderNode => {
    const found = find(path)
    if (found === undefined) return failDisk(path, 'ENOENT')
    return found.kind === 'folder' ? found : failDisk(path, 'ENOTDIR')
  }
  const place = (path: string): { folder: FolderNode; name: string } => {
    const parts = partsOf(path)
    const name = parts.pop()
    if (name === undefined) return failDisk(path, 'EBUSY')
    const parent = find(parts.join('/'))
    if (parent === undefined) return failDisk(path, 'ENOENT')
    return parent.kind === 'folder' ? { folder: parent, name } : failDisk(path, 'ENOTDIR')
  }
  const perform = (changes: readonly NameChange[]): void => {
    sequence += 1
    for (const change of changes) {
      if (change.node === undefined) change.folder.entries.delete(change.name)
      else change.folder.entries.set(change.name, change.node)
      change.folder.modifiedAtMs = nowMs()
    }
    journal.push({ changes, sequence })
  }
  const file = (path: string): FileNode => {
    const found = find(path)
    if (found === undefined) return failDisk(path, 'ENOENT')
    return found.kind === 'file' ? found : failDisk(path, 'EISDIR')
  }
  return {
    root,
    find,
    file,
    folder,
    place,
    set: (path, node) => perform([{ ...place(path), node }]),
    remove: (path) => {
      if (find(path) !== undefined) perform([{ ...place(path), node: undefined }])
    },
    rename: (from, to) => {
      const node = find(from) ?? failDisk(from, 'ENOENT')
      const target = find(to)
      if (target === node) return
      if (target?.kind === 'folder' && node.kind === 'file') failDisk(from, 'EISDIR')
      if (target?.kind === 'folder' && target.entries.size > 0) failDisk(from, 'ENOTEMPTY')
      perform([
        { ...place(from), node: undefined },
        { ...place(to), node },
      ])
    },
    syncFolder: (folder) => {
      const touches = (operation: NameOperation): boolean =>
        operation.changes.some((change) => change.folder === folder)
      for (const operation of journal) if (touches(operation)) applyDurably(operation)
      journal = journal.filter((operation) => !touches(operation))
    },
    crash: (choose, random) => {
      const files = new Set(filesUnder(root))
      const names = choose()
      const kept = { lost: 0, kept: journal.length, torn: random.integer(journal.length + 1) }
      for (const operation of journal.slice(0, kept[names])) applyDurably(operation)
      journal = []
      revert(root, new Set())
      for (const found of filesUnder(root)) files.add(found)
      for (const found of files) crashFile(found, choose(), random)
    },
    usedBytes: () => {
      let used = 0
      for (const found of new Set(filesUnder(root))) used += found.size
      return used
    },
  }
}
