/**
 * Files. All failures are EngineErrors HST-001 to HST-004 that name the path.
 * A rename is atomic; what a crash may lose is all that was not synced.
 */
export interface Disk {
  /** Opens for `read`, `write` (made or emptied), `append` (made if missing) or `update` (must be there). */
  open(path: string, mode: 'read' | 'write' | 'append' | 'update'): Promise<DiskFile>
  readFile(path: string): Promise<Uint8Array>
  /** Writes to a temporary name, syncs, and renames: readers see the old file or the new one whole. */
  writeFileAtomically(path: string, bytes: Uint8Array): Promise<void>
  /** The entries of a folder in name order. */
  list(path: string): Promise<DiskEntry[]>
  /** Undefined where nothing is there. */
  stat(path: string): Promise<DiskStat | undefined>
  /** Makes a folder and those above it that are missing; they survive a crash when it resolves. */
  makeFolder(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a folder with all in it; fine where nothing is there. */
  remove(path: string): Promise<void>
  /** Makes renames and new names in a folder survive a crash. */
  syncFolder(path: string): Promise<void>
  /**
   * Takes a file, made if missing, for its holder alone until it is released or the process ends;
   * undefined where another one has it, in this process or another one of this machine.
   */
  lock(path: string): Promise<DiskLock | undefined>
}

export interface DiskLock {
  release(): void
}

export interface DiskFile {
  /** Fills `target` from `position` on; returns the bytes read, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>
  /** Writes all of `bytes` at the end (append) or at the current position. */
  write(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface DiskEntry {
  readonly name: string
  readonly isFolder: boolean
}

export interface DiskStat {
  readonly isFolder: boolean
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}
