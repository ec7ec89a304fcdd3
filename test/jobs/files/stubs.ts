import type { Registries } from '../../../jobs/files/index.ts'
import { option } from '../../../jobs/options/index.ts'
import type { SinkConnector, SourceConnector } from '../../../jobs/connectors/index.ts'
import { parseSchemaBlock } from '../../../jobs/schema/index.ts'
import type { TransformPlugin } from '../../../jobs/transforms/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'

const notHere = (): never => {
  throw new Error('Only planning is done here.')
}

/** A source with the tables that its options declare. */
const stubSource = (name: string): SourceConnector => ({
  kind: 'source',
  name,
  description: 'Declares tables.',
  options: {
    schema: option.any({ description: 'The table.' }),
    tables_configs: option.list(option.any({ description: 'A table.' }), {
      description: 'Tables.',
    }),
    rows: option.any({ description: 'The rows.' }),
    'row.num': option.integer({ description: 'How many rows.', defaultValue: 5, minimum: 0 }),
  },
  replayable: true,
  declaredTables: (options) => {
    const { schema, tables_configs: tables } = options as { [key: string]: never }
    if (tables !== undefined) {
      return (tables as { schema: never }[]).map((table) => parseSchemaBlock(table.schema, name))
    }
    return schema === undefined ? undefined : [parseSchemaBlock(schema, name, 'fake')]
  },
  discoverTables: notHere,
  createEnumerator: notHere,
  createReader: notHere,
  bounded: () => true,
})

/** A sink that takes any of the options given. */
const stubSink = (name: string): SinkConnector => ({
  kind: 'sink',
  name,
  description: 'Takes rows.',
  options: {
    rules: option.any({ description: 'The rules.' }),
    path: option.string({ description: 'The folder.' }),
  },
  guarantee: () => 'at-least-once',
  createWriter: notHere,
})

/** A transform that takes one column away and fails where the table does not have it. */
const stubTransform = (name: string): TransformPlugin => ({
  kind: 'transform',
  name,
  description: 'Drops a column.',
  options: {
    drop: option.string({ description: 'The column.' }),
    query: option.any({ description: 'Any.' }),
  },
  bind: ({ drop }, table) => {
    if (drop !== undefined && !table.columns.some((column) => column.name === drop)) {
      throw new EngineError('PLN-003', `\`drop\`: there is no column ${JSON.stringify(drop)}.`)
    }
    const columns = table.columns.filter((column) => column.name !== drop)
    return { outputs: [{ ...table, columns }], apply: notHere }
  },
})

const keyed = <Entry extends { readonly name: string }>(entries: readonly Entry[]) =>
  new Map(entries.map((entry) => [entry.name.toLowerCase(), entry]))

const TRANSFORM_NAMES =
  'Copy DataValidator FilterRowKind JsonPath RegexExtract Sql Replace Split'.split(' ')

/** Plugins by the names that job files use, with options that only these tests know. */
export const STUBS: Registries = {
  connectors: keyed([
    { name: 'FakeSource', source: async () => stubSource('FakeSource') },
    {
      name: 'LocalFile',
      source: async () => stubSource('LocalFile'),
      sink: async () => stubSink('LocalFile'),
    },
    { name: 'Assert', sink: async () => stubSink('Assert') },
    { name: 'Console', sink: async () => stubSink('Console') },
  ]),
  transforms: keyed(
    TRANSFORM_NAMES.map((name) => ({ name, load: async () => stubTransform(name) })),
  ),
}
