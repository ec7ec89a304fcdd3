import type { JsonValue } from '../../runtime/config/index.ts'
import { Diagnostics } from '../../runtime/errors/index.ts'
import { parseOptions } from '../optionblocks/index.ts'
import { option, type OptionSpecs } from '../options/index.ts'
import type { VertexKind } from '../plan/index.ts'
import type { PluginBlock } from './blocks.ts'
import type { Plugin } from './registries.ts'
import type { UnwiredVertex } from './wire.ts'

const outputOption = option.string({
  description: 'The name under which others read what this yields.',
  aliases: ['result_table_name'],
})
const inputOption = option.list(option.string({ description: 'The name of an output.' }), {
  description: 'The names of the outputs that this reads.',
  aliases: ['source_table_name'],
})
const parallelismOption = option.integer({
  description: 'How many instances run; the job’s unless given.',
  minimum: 1,
  maximum: 10_000,
})

/** Options that every plugin of a kind has beside its own. */
export const COMMON_OPTIONS = {
  source: { plugin_output: outputOption, parallelism: parallelismOption },
  transform: {
    plugin_input: inputOption,
    plugin_output: outputOption,
    parallelism: parallelismOption,
  },
  sink: { plugin_input: inputOption },
} as const satisfies Record<VertexKind, OptionSpecs>

const COMMON_KEYS: ReadonlySet<string> = new Set(['plugin_input', 'plugin_output', 'parallelism'])

/** Keys that are fine in any plugin and have no effect where the plugin itself does not know them. */
const IGNORED: { readonly [Kind in VertexKind]: ReadonlySet<string> } = {
  source: new Set(['plugin_name', 'schema', 'dag-parsing']),
  transform: new Set(['plugin_name', 'dag-parsing']),
  sink: new Set(['plugin_name', 'parallelism', 'multi_table_sink_replica', 'dag-parsing']),
}

/** All options that a block of this plugin may have. */
export const specsOf = (plugin: Plugin): OptionSpecs => ({
  ...COMMON_OPTIONS[plugin.kind],
  ...plugin.options,
})

/** Parses the options of a block and takes the common ones out. */
export const vertexOf = (
  block: PluginBlock,
  plugin: Plugin | undefined,
  position: { readonly id: number; readonly index: number },
  diagnostics: Diagnostics,
  strict: boolean,
): UnwiredVertex => {
  const { kind } = block
  const owner = { name: plugin?.name ?? block.name, at: block.at, strict, ignored: IGNORED[kind] }
  // Of an unknown plugin only the wiring is looked at: what else it has cannot be judged.
  const problems = plugin === undefined ? new Diagnostics() : diagnostics
  const specs = plugin === undefined ? COMMON_OPTIONS[kind] : specsOf(plugin)
  const parsed = parseOptions<OptionSpecs>(specs, block.options, problems, owner)
  const options = parsed.options as Options
  const common = (key: string): JsonValue | undefined => options[key]
  const name = plugin?.name ?? block.name
  return {
    id: position.id,
    kind,
    plugin: name,
    name: `${capitalized(kind)}[${position.index}]-${name}${kind === 'sink' ? '-MultiTableSink' : ''}`,
    parallelism: kind === 'sink' ? undefined : (common('parallelism') as number | undefined),
    options: plugin === undefined ? {} : ownOptions(plugin, options),
    input: (common('plugin_input') ?? []) as readonly string[],
    output: kind === 'sink' ? null : ((common('plugin_output') ?? null) as string | null),
    at: block.at,
    optionPlaces: parsed.places,
  }
}

type Options = { readonly [key: string]: JsonValue | undefined }

const ownOptions = (plugin: Plugin, options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).filter(([key]) => !COMMON_KEYS.has(key) || key in plugin.options),
  )

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
