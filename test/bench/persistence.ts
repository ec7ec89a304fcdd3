import { freePort } from '../servers/freePorts.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { join } from '../../deploy/embedded/index.ts'
import type { Grid } from '../../members/grid/index.ts'
import { storeSettings } from '../contract/mapStoreContract.ts'
import type { Figure } from './main.ts'

const UNDER_WAY = 256
const SECONDS = 4
const ENTRIES = 1_000_000
const VALUE = 'x'.repeat(92)
const BATCH = 10_000

const open = (port: number, namespace: string, fsync: string | undefined): Promise<Grid> => {
  const properties = { type: 'local', namespace, ...(fsync === undefined ? {} : { fsync }) }
  const mapStore = fsync === undefined ? undefined : storeSettings({ properties })
  return join({ members: [], port, maps: { kept: { mapStore } } })
}

/** Sets a second of one member in this process, so many under way at once. */
const setsPerSecond = async (grid: Grid): Promise<number> => {
  const map = grid.map<number, string>('kept')
  const endNs = Bun.nanoseconds() + SECONDS * 1e9
  let count = 0
  const lane = async (from: number): Promise<void> => {
    for (let at = from; Bun.nanoseconds() < endNs; at += UNDER_WAY) {
      await map.set(at % 100_000, VALUE)
      count += 1
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, (_, at) => lane(at)))
  return Math.round(count / SECONDS)
}

const withFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'tidegate-bench-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What keeping a map on the disk costs, and how long a start with what was kept takes. */
export const run = async (emit: (figure: Figure) => void): Promise<void> => {
  const bench = 'persistence'
  for (const fsync of [undefined, 'never', 'interval', 'always']) {
    await withFolder(async (folder) => {
      await using grid = await open(freePort(), folder, fsync)
      const value = await setsPerSecond(grid)
      const name = fsync === undefined ? 'sets, not kept' : `sets, fsync ${fsync}`
      emit({ bench, name, value, unit: 'sets/s', underWay: UNDER_WAY, valueBytes: VALUE.length })
    })
  }
  await withFolder(async (folder) => {
    const port = freePort()
    const grid = await open(port, folder, 'never')
    const map = grid.map<number, string>('kept')
    for (let from = 0; from < ENTRIES; from += BATCH) {
      await map.putAll(new Map(Array.from({ length: BATCH }, (_, at) => [from + at, VALUE])))
    }
    await grid.close()
    const startNs = Bun.nanoseconds()
    await using again = await open(port, folder, 'never')
    const size = await again.map('kept').size()
    const value = Math.round((Bun.nanoseconds() - startNs) / 1e6)
    if (size !== ENTRIES) throw new Error(`${size} entries came back`)
    emit({ bench, name: 'start', value, unit: 'ms', entries: ENTRIES, valueBytes: VALUE.length })
  })
}
