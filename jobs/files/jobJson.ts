import { decodeText, type ConfigNode, type ConfigObject } from '../../runtime/config/index.ts'
import { Diagnostics, EngineError } from '../../runtime/errors/index.ts'
import type { Disk } from '../../runtime/host/index.ts'
import { pluginBlocks } from './blocks.ts'
import { ENVIRONMENT_OPTIONS } from './environmentBlock.ts'
import { formatOf, readTree } from './formats.ts'
import type { JobVariables } from './variables.ts'

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Numbers keep the digits that the file has: an option may want `1.10` as a text. */
const jsonText = (node: ConfigNode): string => {
  switch (node.kind) {
    case 'scalar': {
      const isNumber = typeof node.value === 'number' && JSON_NUMBER.test(node.text)
      return isNumber ? node.text : JSON.stringify(node.value)
    }
    case 'array':
      return `[${node.items.map(jsonText).join(',')}]`
    case 'object':
      return objectText([...node.entries].map(([key, { value }]) => [key, jsonText(value)]))
    default:
      return node satisfies never
  }
}

const objectText = (entries: readonly (readonly [key: string, json: string])[]): string =>
  `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`

/** SeaTunnel looks for `job.retry.times` under that name only, not for `times` in blocks. */
const namedOptions = (
  { entries, shadowed }: ConfigObject,
  path: string,
): (readonly [name: string, json: string])[] => [
  ...(shadowed === undefined ? [] : [[path, jsonText(shadowed)] as const]),
  ...[...entries].flatMap(([key, { value }]) => {
    const name = path === '' ? key : `${path}.${key}`
    return value.kind === 'object' && !Object.hasOwn(ENVIRONMENT_OPTIONS, name)
      ? namedOptions(value, name)
      : [[name, jsonText(value)] as const]
  }),
]

const jobText = (root: ConfigObject, diagnostics: Diagnostics): string => {
  const blocks = pluginBlocks(root, diagnostics)
  const pluginsOf = (kind: string): string => {
    const plugins = blocks
      .filter((block) => block.kind === kind)
      .map(({ name, options: { entries } }) => {
        const options = [...entries]
          .filter(([key]) => key !== 'plugin_name')
          .map(([key, { value }]) => [key, jsonText(value)] as const)
        return objectText([['plugin_name', JSON.stringify(name)], ...options])
      })
    return `[${plugins.join(',')}]`
  }
  const env = root.entries.get('env')?.value
  return objectText([
    ['env', env?.kind === 'object' ? objectText(namedOptions(env, '')) : '{}'],
    ['source', pluginsOf('source')],
    ['transform', pluginsOf('transform')],
    ['sink', pluginsOf('sink')],
  ])
}

/**
 * A job file of any format as JSON in the form with `plugin_name`, the one form that every SeaTunnel
 * server takes: variables are replaced, includes are in it. Throws the first error of the file.
 */
export const readJobAsJson = async (
  host: { readonly disk: Pick<Disk, 'stat' | 'readFile'> },
  file: string,
  values: JobVariables,
): Promise<string> => {
  const diagnostics = new Diagnostics()
  const text = decodeText(await host.disk.readFile(file), file)
  const root = await readTree(formatOf(file), { text, file, disk: host.disk, values }, diagnostics)
  const json = jobText(root, diagnostics)
  const error = diagnostics.all.find(({ severity }) => severity === 'error')
  if (error !== undefined) throw new EngineError(error.code, error.message, { at: error.at })
  return json
}
