import { untilSure, type GridMap, type GridStructures } from '../../members/grid/index.ts'
import type { EntryMap, StateMap, StateMaps } from '../coordinator/index.ts'
import type { ChunkMap } from '../states/index.ts'

const entryMap = <Value>(map: GridMap<string, Value>): EntryMap<Value> => ({
  get: async (key) => (await map.get(key)) ?? undefined,
  set: (key, value, ttlMs) =>
    untilSure(() => map.set(key, value, ttlMs === undefined ? undefined : { ttlMs })),
  remove: (key) => untilSure(() => map.delete(key)),
})

const chunkMap = (map: GridMap<string, Uint8Array>): ChunkMap => ({
  ...entryMap(map),
  keys: () => map.keySet(),
})

/** Does something once; told how often it was tried before, each time with an answer that was lost. */
const counted = <Result>(action: (triesBefore: number) => Promise<Result>): Promise<Result> => {
  let tries = 0
  return untilSure(() => action(tries++))
}

/**
 * Conditional changes whose answer is lost with a member are tried again: what the first try was to
 * put there and what is there then are the same where it has run.
 */
const textMap = (map: GridMap<string, string>): StateMap<string> => ({
  ...entryMap(map),
  putIfAbsent: (key, value) =>
    counted(async (triesBefore) => {
      const found = (await map.putIfAbsent(key, value)) ?? undefined
      return triesBefore > 0 && found === value ? undefined : found
    }),
  replace: (key, expected, value) =>
    counted(async (triesBefore) => {
      const isReplaced = await map.replaceIfSame(key, expected, value)
      return isReplaced || (triesBefore > 0 && (await map.get(key)) === value)
    }),
  removeSame: (key, expected) =>
    counted(async (triesBefore) => {
      const isRemoved = await map.removeIfSame(key, expected)
      return isRemoved || (triesBefore > 0 && (await map.get(key)) === null)
    }),
  entries: () => map.entrySet(),
})

/** The maps of a grid, in which no answer that is lost with a member leaves a doubt. */
export const gridStateMaps = (grid: Pick<GridStructures, 'map'>): StateMaps => ({
  texts: (name) => textMap(grid.map<string, string>(name)),
  bytes: (name) => chunkMap(grid.map<string, Uint8Array>(name)),
})
