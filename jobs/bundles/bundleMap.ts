import { untilSure, type GridStructures } from '../../members/grid/index.ts'
import type { Clock } from '../../runtime/host/index.ts'

/** The map of the grid that holds the code of jobs, by content hash. */
const BUNDLE_MAP = 'engine_jobBundles'

/** The code of jobs in the grid. */
export interface BundleMap {
  get(hash: string): Promise<string | undefined>
  set(hash: string, text: string): Promise<void>
  hashes(): Promise<readonly string[]>
  /** Removes code that nobody has set since a time. */
  removeSetBefore(hash: string, timeMs: number): Promise<void>
}

/** The last line: when the code was last set, so that nobody removes what was just set once more. */
const STAMP = /\n\/\/ set at (\d+)$/

/** The bundles in a grid. */
export const bundleMap = (grid: Pick<GridStructures, 'map'>, clock: Clock): BundleMap => {
  const map = grid.map<string, string>(BUNDLE_MAP)
  return {
    get: async (hash) => (await map.get(hash)) ?? undefined,
    set: (hash, text) => {
      const stamped = `${text}\n// set at ${clock.now()}`
      return untilSure(() => map.set(hash, stamped))
    },
    hashes: () => map.keySet(),
    removeSetBefore: async (hash, timeMs) => {
      const text = await map.get(hash)
      if (text === null || Number(STAMP.exec(text)?.[1] ?? 0) >= timeMs) return
      await untilSure(() => map.removeIfSame(hash, text))
    },
  }
}
