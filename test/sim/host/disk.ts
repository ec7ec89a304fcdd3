import type { Disk, DiskFile } from '../../../runtime/host/index.ts'
import { createDiskNames, type DiskNames, failDisk } from './diskNames.ts'
import {
  createFileNode,
  createFolderNode,
  type FileNode,
  syncFile,
  truncateTo,
  type Unsynced,
  writeAt,
} from './diskNodes.ts'
import type { Held, Process } from './process.ts'
import type { SeededRandom } from './random.ts'
import type { Timeline } from './timeline.ts'

/** How a disk misbehaves; all may change while it runs. */
export interface DiskFaults {
  /** Writes beyond it fail with HST-003. */
  capacityBytes: number
  /** Shares of calls that fail with HST-004. */
  readFailureRate: number
  writeFailureRate: number
  syncFailureRate: number
  /** Syncs report success and do nothing, as drives with a lying cache do. */
  losesSyncs: boolean
  /** How long a call takes; a sync takes ten times as long. */
  delayMinMs: number
  delayMaxMs: number
}

export interface DiskControls {
  readonly faults: DiskFaults
  /** The content as processes see it now; undefined where no file is. */
  peek(path: string): Uint8Array | undefined
  /** Turns over one bit, as a bad sector does; survives syncs and crashes. */
  flipBit(path: string, position: number): void
  usedBytes(): number
}

/** What stays of a machine when its processes end. */
export interface DiskDevice {
  readonly controls: DiskControls
  readonly names: DiskNames
  /** When the calls made so far are done: a disk does one thing at a time. */
  busyUntilMs: number
  /** Who has which file for itself, by path. */
  readonly locks: Map<string, { readonly process: Process; readonly held: Held }>
  crash(choose: () => Unsynced, random: SeededRandom): void
}

export const createDiskDevice = (nowMs: () => number): DiskDevice => {
  const names = createDiskNames(nowMs)
  const faults: DiskFaults = {
    capacityBytes: Number.POSITIVE_INFINITY,
    readFailureRate: 0,
    writeFailureRate: 0,
    syncFailureRate: 0,
    losesSyncs: false,
    delayMinMs: 0.02,
    delayMaxMs: 0.2,
  }
  return {
    names,
    locks: new Map(),
    busyUntilMs: 0,
    crash: (choose, given) => names.crash(choose, given),
    controls: {
      faults,
      peek: (path) => {
        const node = names.find(path)
        return node?.kind === 'file' ? node.bytes.slice(0, node.size) : undefined
      },
      flipBit: (path, position) => {
        const { bytes } = names.file(path)
        bytes[position] = bytes[position]! ^ 1
      },
      usedBytes: () => names.usedBytes(),
    },
  }
}

/** How many times longer a sync takes than a read. */
const SYNC_COST = 10

type Access = 'read' | 'write' | 'sync' | 'close'

interface DiskView {
  readonly timeline: Timeline
  readonly device: DiskDevice
  readonly process: Process
  readonly wallMs: () => number
}

/** Runs `action` after the time that the disk takes, unless the disk fails. */
const perform = <T>(
  view: DiskView,
  access: Access,
  path: string,
  action: () => T,
  size = 0,
): Promise<T> => {
  const { timeline, device, process } = view
  const { faults } = device.controls
  const cost = access === 'sync' ? SYNC_COST : 1
  const delayMs = process.random.between(faults.delayMinMs, faults.delayMaxMs) * cost
  device.busyUntilMs = Math.max(device.busyUntilMs, timeline.nowMs()) + delayMs
  const plan = { process, kind: `disk-${access}`, size }
  return new Promise((resolve, reject) => {
    timeline.after(device.busyUntilMs - timeline.nowMs(), plan, () => {
      try {
        const failureRate = access === 'close' ? 0 : faults[`${access}FailureRate`]
        if (process.random.chance(failureRate)) failDisk(path, 'EIO')
        resolve(action())
      } catch (thrown) {
        reject(thrown)
      }
    })
  })
}

const createFile = (
  view: DiskView,
  path: string,
  node: FileNode,
  mode: Parameters<Disk['open']>[1],
): DiskFile => {
  const { faults } = view.device.controls
  let position = 0
  const held = { describe: () => `file ${path}` }
  view.process.held.add(held)
  const check = (isAllowed: boolean): void => {
    if (!view.process.held.has(held) || !isAllowed) failDisk(path, 'EBADF')
  }
  const write = (bytes: Uint8Array): void => {
    check(mode !== 'read')
    const at = mode === 'append' ? node.size : position
    const grownBytes = Math.max(0, at + bytes.length - node.size)
    if (grownBytes > 0 && faults.capacityBytes !== Number.POSITIVE_INFINITY) {
      if (view.device.names.usedBytes() + grownBytes > faults.capacityBytes) {
        failDisk(path, 'ENOSPC')
      }
    }
    writeAt(node, at, bytes)
    position = at + bytes.length
    node.modifiedAtMs = view.wallMs()
  }
  return {
    read: (target, from) =>
      perform(view, 'read', path, () => {
        check(mode === 'read' || mode === 'update')
        const found = node.bytes.subarray(from, Math.min(node.size, from + target.length))
        target.set(found)
        return found.length
      }),
    write: (bytes) => {
      const kept = bytes.slice()
      return perform(view, 'write', path, () => write(kept), bytes.length)
    },
    sync: () =>
      perform(view, 'sync', path, () => {
        check(true)
        if (!faults.losesSyncs) syncFile(node)
      }),
    truncate: (length) =>
      perform(view, 'write', path, () => {
        check(mode !== 'read')
        truncateTo(node, length)
        position = Math.min(position, length)
      }),
    close: () =>
      perform(view, 'close', path, () => {
        check(true)
        view.process.held.delete(held)
      }),
  }
}

const open = (view: DiskView): Disk['open'] => {
  const { names } = view.device
  return (path, mode) =>
    perform(view, mode === 'read' ? 'read' : 'write', path, () => {
      const isMade = mode === 'write' || mode === 'append'
      if (isMade && names.find(path) === undefined) names.set(path, createFileNode(view.wallMs()))
      const node = names.file(path)
      if (mode === 'write') truncateTo(node, 0)
      return createFile(view, path, node, mode)
    })
}

const makeFolder = (view: DiskView): Disk['makeFolder'] => {
  const { names } = view.device
  return (path) =>
    perform(view, 'write', path, () => {
      const parts = path.split('/').filter((part) => part !== '')
      for (let depth = 1; depth <= parts.length; depth += 1) {
        const ancestor = parts.slice(0, depth).join('/')
        const found = names.find(ancestor)
        if (found === undefined) {
          names.set(ancestor, createFolderNode(view.wallMs()))
          if (!view.device.controls.faults.losesSyncs)
            names.syncFolder(names.place(ancestor).folder)
        } else if (found.kind === 'file') failDisk(path, 'EEXIST')
      }
    })
}

const writeFileAtomically = (view: DiskView, disk: Disk): Disk['writeFileAtomically'] => {
  return async (path, bytes) => {
    const temporary = `${path}.${view.process.random.uuid()}.tmp`
    try {
      view.device.names.place(path)
      const file = await disk.open(temporary, 'write')
      try {
        await file.write(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await disk.rename(temporary, path)
    } catch (thrown) {
      await disk.remove(temporary)
      throw thrown
    }
    await disk.syncFolder(path.slice(0, path.lastIndexOf('/')))
  }
}

const lock = (view: DiskView): Disk['lock'] => {
  const { names, locks } = view.device
  return (path) =>
    perform(view, 'write', path, () => {
      const holder = locks.get(path)
      if (holder?.process.held.has(holder.held) === true) return undefined
      if (names.find(path) === undefined) names.set(path, createFileNode(view.wallMs()))
      const held = { describe: () => `lock of ${path}` }
      view.process.held.add(held)
      locks.set(path, { process: view.process, held })
      return { release: () => void view.process.held.delete(held) }
    })
}

/** The disk of a machine as one of its processes sees it. */
export const createDisk = (view: DiskView): Disk => {
  const { names } = view.device
  const disk: Disk = {
    open: open(view),
    readFile: (path) =>
      perform(view, 'read', path, () => {
        const node = names.file(path)
        return node.bytes.slice(0, node.size)
      }),
    writeFileAtomically: (path, bytes) => writeFileAtomically(view, disk)(path, bytes),
    list: (path) =>
      perform(view, 'read', path, () =>
        [...names.folder(path).entries]
          .map(([name, node]) => ({ name, isFolder: node.kind === 'folder' }))
          .sort((left, right) => (left.name < right.name ? -1 : 1)),
      ),
    stat: (path) =>
      perform(view, 'read', path, () => {
        const node = names.find(path)
        if (node === undefined) return undefined
        const isFolder = node.kind === 'folder'
        const sizeBytes = isFolder ? 0 : node.size
        return { isFolder, sizeBytes, modifiedAtMs: node.modifiedAtMs }
      }),
    makeFolder: makeFolder(view),
    rename: (from, to) => perform(view, 'write', from, () => names.rename(from, to)),
    remove: (path) => perform(view, 'write', path, () => names.remove(path)),
    syncFolder: (path) =>
      perform(view, 'sync', path, () => {
        const folder = names.folder(path)
        if (!view.device.controls.faults.losesSyncs) names.syncFolder(folder)
      }),
    lock: lock(view),
  }
  return disk
}
