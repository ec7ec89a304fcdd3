import type { OptionSpec, OptionSpecs } from '../../../jobs/options/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { loadPlugin } from '../plugins.ts'

const PLACEHOLDERS: { readonly [Kind in OptionSpec['kind']]: JsonValue } = {
  string: 'change me',
  integer: 1,
  number: 1,
  boolean: false,
  list: [],
  map: {},
  object: {},
  any: 'change me',
}

const exampleOf = (spec: OptionSpec): JsonValue => {
  const given = spec.example ?? spec.defaultValue ?? spec.values?.[0] ?? spec.minimum
  if (given !== undefined) return given
  if (spec.fields === undefined) return PLACEHOLDERS[spec.kind]
  return Object.fromEntries(
    Object.entries(spec.fields)
      .filter(([, field]) => field.required === true)
      .map(([key, field]) => [key, exampleOf(field)]),
  )
}

const keyText = (key: string): string =>
  /^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key)

/** HOCON that reads well: one line for what is short, `key { … }` for objects. */
const assignment = (key: string, value: JsonValue, indent: string): string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `${indent}${keyText(key)} = ${JSON.stringify(value)}\n`
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return `${indent}${keyText(key)} {}\n`
  const body = entries.map(([name, item]) => assignment(name, item, `${indent}  `)).join('')
  return `${indent}${keyText(key)} {\n${body}${indent}}\n`
}

const INDENT = '    '

/** Not required by every plugin, as there is another way, but the usual one. */
const USUAL_KEYS: ReadonlySet<string> = new Set(['schema', 'query'])

const isNeeded = (key: string, spec: OptionSpec): boolean =>
  spec.required === true || USUAL_KEYS.has(key)

const optionLines = ([key, spec]: readonly [string, OptionSpec]): string => {
  const description = `${INDENT}# ${spec.description}\n`
  const lines = assignment(key, exampleOf(spec), INDENT)
  if (isNeeded(key, spec)) return description + lines
  if (spec.advanced === true) return ''
  return description + lines.replace(/^ {4}/gm, `${INDENT}# `)
}

interface Block {
  readonly name: string
  readonly options: OptionSpecs
  readonly input: string | undefined
  readonly output: string | undefined
}

const blockText = ({ name, options, input, output }: Block): string =>
  `  ${name} {\n` +
  (input === undefined ? '' : `${INDENT}plugin_input = ${JSON.stringify(input)}\n`) +
  (output === undefined ? '' : `${INDENT}plugin_output = ${JSON.stringify(output)}\n`) +
  Object.entries(options).map(optionLines).join('') +
  '  }\n'

const section = (name: string, blocks: readonly Block[]): string =>
  blocks.length === 0 ? '' : `\n${name} {\n${blocks.map(blockText).join('')}}\n`

/** A job file from these plugins in this order: a source, any number of transforms, a sink. */
const skeletonOf = async (names: readonly string[]): Promise<string> => {
  if (names.length < 2) {
    throw new EngineError('CLI-001', 'A job needs a source first and a sink last.')
  }
  const source = await loadPlugin('source', names[0]!)
  const sink = await loadPlugin('sink', names.at(-1)!)
  const transforms = await Promise.all(
    names.slice(1, -1).map((name) => loadPlugin('transform', name)),
  )
  const rows = (index: number): string => `rows_${index}`
  return (
    'env {\n  job.mode = "BATCH"\n  parallelism = 1\n}\n' +
    section('source', [
      { name: source.name, options: source.options, input: undefined, output: rows(0) },
    ]) +
    section(
      'transform',
      transforms.map(({ name, options }, index) => ({
        name,
        options,
        input: rows(index),
        output: rows(index + 1),
      })),
    ) +
    section('sink', [
      {
        name: sink.name,
        options: sink.options,
        input: rows(transforms.length),
        output: undefined,
      },
    ])
  )
}

export const command = defineCommand({
  description:
    'Prints the skeleton of a job: required options with an example, the others as comments.',
  operands: [
    {
      name: 'NAME',
      description: 'a source, any number of transforms, a sink, in this order',
      required: true,
      repeated: true,
    },
  ],
  flags: {},
  examples: ['tidegate create FakeSource Sql Console > job.conf'],
  run: async ({ operands, terminal }) => {
    terminal.out.write(await skeletonOf(operands))
    return ExitCode.finished
  },
})
