import type { GridStructures } from '../../members/grid/index.ts'
import type { StateMap, StateMaps } from '../coordinator/index.ts'

const stateMap = <Value>(grid: Pick<GridStructures, 'map'>, name: string): StateMap<Value> => {
  const map = grid.map<string, Value>(name)
  const given = (value: Value | null): Value | undefined => value ?? undefined
  return {
    get: async (key) => given(await map.get(key)),
    set: (key, value, ttlMs) => map.set(key, value, ttlMs === undefined ? undefined : { ttlMs }),
    putIfAbsent: async (key, value) => given(await map.putIfAbsent(key, value)),
    replace: (key, expected, value) => map.replaceIfSame(key, expected, value),
    remove: (key) => map.delete(key),
    removeSame: (key, expected) => map.removeIfSame(key, expected),
    entries: () => map.entrySet(),
  }
}

/** The maps of a grid. */
export const gridStateMaps = (grid: Pick<GridStructures, 'map'>): StateMaps => ({
  texts: (name) => stateMap<string>(grid, name),
  bytes: (name) => stateMap<Uint8Array>(grid, name),
})
