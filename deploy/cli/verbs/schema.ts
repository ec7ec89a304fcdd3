import { CONNECTORS } from '../../../jobs/connectors/index.ts'
import { ENVIRONMENT_OPTIONS, specsOf, type Plugin } from '../../../jobs/files/index.ts'
import { optionsJsonSchema, type JsonSchema } from '../../../jobs/optionblocks/index.ts'
import { TRANSFORMS } from '../../../jobs/transforms/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'

const schemaOf = (plugin: Plugin): JsonSchema => ({
  description: plugin.description,
  ...optionsJsonSchema(specsOf(plugin)),
})

const nameOf = (plugin: Plugin): string => `${plugin.kind}-${plugin.name}`

const reference = (plugin: Plugin): JsonSchema => ({ $ref: `#/$defs/${nameOf(plugin)}` })

/** One element of a section in a JSON job: its `plugin_name` tells which options it has. */
const elementOf = (plugin: Plugin): JsonSchema => ({
  allOf: [reference(plugin)],
  properties: { plugin_name: { const: plugin.name } },
  required: ['plugin_name'],
})

/**
 * A section of a job: in JSON files a list of elements, in HOCON and YAML an object with a key for
 * each plugin, whose value is a block or, for several of one kind, a list of blocks.
 */
const sectionOf = (plugins: readonly Plugin[]): JsonSchema => ({
  oneOf: [
    { type: 'array', items: { oneOf: plugins.map(elementOf) } },
    {
      type: 'object',
      properties: Object.fromEntries(
        plugins.map((plugin) => {
          const block = reference(plugin)
          return [plugin.name, { anyOf: [block, { type: 'array', items: block }] }]
        }),
      ),
      additionalProperties: false,
    },
  ],
})

const jobSchema = async (): Promise<JsonSchema> => {
  const connectors = [...CONNECTORS.values()]
  const loaded = async <Part>(parts: readonly (Promise<Part> | undefined)[]): Promise<Part[]> =>
    Promise.all(parts.flatMap((part) => part ?? []))
  const sources = await loaded(connectors.map((entry) => entry.source?.()))
  const sinks = await loaded(connectors.map((entry) => entry.sink?.()))
  const transforms = await loaded([...TRANSFORMS.values()].map((entry) => entry.load()))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A job of Tidegate',
    type: 'object',
    properties: {
      env: { description: 'How the job runs.', ...optionsJsonSchema(ENVIRONMENT_OPTIONS) },
      source: sectionOf(sources),
      transform: sectionOf(transforms),
      sink: sectionOf(sinks),
    },
    required: ['source', 'sink'],
    $defs: Object.fromEntries(
      [...sources, ...transforms, ...sinks].map((plugin) => [nameOf(plugin), schemaOf(plugin)]),
    ),
  }
}

const configurationSchema = async (): Promise<JsonSchema> =>
  (await import('../../../runtime/settings/index.ts')).configurationJsonSchema()

export const command = defineCommand({
  description:
    'Prints the JSON Schema of job files or of tidegate.yaml, for editors that check while one types.',
  operands: [
    { name: 'WHAT', description: 'what to describe', required: true, values: ['job', 'config'] },
  ],
  flags: {},
  examples: ['tidegate schema job > job.schema.json'],
  run: async ({ operands, terminal }) => {
    const schema = operands[0] === 'config' ? await configurationSchema() : await jobSchema()
    terminal.out.write(`${JSON.stringify(schema, null, 2)}\n`)
    return ExitCode.finished
  },
})
