import { option, type OptionsOf } from '../../options/index.ts'
import { schemaSpec } from '../../schema/index.ts'

const common = {
  map: option.string({ required: true, description: 'The name of the map.' }),
  cluster_members: option.list(
    option.string({ required: true, description: '`host:port` of a member.' }),
    {
      description: 'Members of the cluster that has the map; the one that runs the job if absent.',
    },
  ),
  cluster_name: option.string({
    description: 'The name of that cluster.',
    defaultValue: 'seatunnel',
  }),
  cluster_secret: option.string({
    description: 'The secret of that cluster, where it has one.',
    secret: true,
  }),
} as const

/** The options of GridMap as a source. */
export const GRID_MAP_SOURCE_OPTIONS = {
  ...common,
  read: option.string({
    description:
      '`entries`: what the map holds, once. `journal`: its changes, for ever; the map needs an event-journal.',
    values: ['entries', 'journal'],
    defaultValue: 'entries',
  }),
  start: option.string({
    description:
      'With `read = journal`: from the `oldest` change that is kept or from the `latest`.',
    values: ['oldest', 'latest'],
    defaultValue: 'oldest',
  }),
  schema: schemaSpec,
} as const

/** The options of GridMap as a sink. */
export const GRID_MAP_SINK_OPTIONS = {
  ...common,
  key_columns: option.list(option.string({ required: true, description: 'A column.' }), {
    description:
      'The columns of the key; one is the key itself, several are a list. `key` or the primary key if absent.',
  }),
} as const

export type GridMapSourceOptions = OptionsOf<typeof GRID_MAP_SOURCE_OPTIONS>
export type GridMapSinkOptions = OptionsOf<typeof GRID_MAP_SINK_OPTIONS>
