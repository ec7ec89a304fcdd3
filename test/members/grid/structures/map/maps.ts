import { DEFAULT_GRID, type MapSettings } from '../../../../../members/grid/settings.ts'
import { RecordArena } from '../../../../../members/grid/store/index.ts'
import {
  createGridMap,
  createMapStructure,
  type GridMap,
  type MapSurroundings,
} from '../../../../../members/grid/structures/map/index.ts'
import {
  createGridHarness,
  type GridHarness,
  type GridHarnessOptions,
} from '../../../../contract/gridHarness.ts'

export interface MapsOptions
  extends GridHarnessOptions, Partial<Omit<MapSurroundings, 'settings'>> {
  readonly settings?: Partial<MapSettings>
}

export interface Maps extends GridHarness {
  map<Key = string, Value = unknown>(options?: {
    name?: string
    caller?: string
    lockContext?: number
  }): GridMap<Key, Value>
}

/** Maps of a grid in one process; all have the settings. */
export const startMaps = ({ settings = {}, ...options }: MapsOptions = {}): Maps => {
  const structure = createMapStructure({
    arena: new RecordArena(),
    dataMemberCount: () => 1,
    processors: {},
    memoryLimitBytes: 2 ** 30,
    ...options,
    settings: {
      ...DEFAULT_GRID,
      partitionCount: options.partitionCount ?? 7,
      maps: { default: settings },
    },
  })
  const harness = createGridHarness([structure], options)
  return {
    ...harness,
    map: ({ name = 'm', caller = 'caller-1', lockContext = 0 } = {}) =>
      createGridMap(harness.invokerOf(caller), name, { lockContext }),
  }
}
