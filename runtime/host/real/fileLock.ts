import { Database, SQLiteError } from 'bun:sqlite'
import type { Disk } from '../disk.ts'
import { onDisk } from './failures.ts'

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof SQLiteError && thrown.code === 'SQLITE_BUSY'

/** A database that nobody knows any more would be closed, and its lock be gone. */
const held = new Set<Database>()

/**
 * Locks of SQLite: the kernel gives them up with their process, and two holders in one process shut
 * each other out as two processes do. Nothing is ever written to the file.
 */
export const lockFile: Disk['lock'] = (path) =>
  onDisk(path, async () => {
    const database = new Database(path, { readwrite: true, create: true })
    try {
      database.run('BEGIN EXCLUSIVE')
    } catch (thrown) {
      database.close()
      if (isTaken(thrown)) return undefined
      throw thrown
    }
    held.add(database)
    return {
      release: () => {
        held.delete(database)
        database.close()
      },
    }
  })
