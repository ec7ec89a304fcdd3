import {
  readHocon,
  readYaml,
  type ConfigNode,
  type ConfigObject,
  type HoconOptions,
} from '../../runtime/config/index.ts'
import type { Diagnostics } from '../../runtime/errors/index.ts'
import type { Disk } from '../../runtime/host/index.ts'
import { readSql } from './sql/index.ts'
import { outsideValue, replaceVariables, type JobVariables } from './variables.ts'

export type JobFormat = 'hocon' | 'json' | 'yaml' | 'sql'

export interface JobText {
  readonly text: string
  readonly file: string
  readonly disk: Pick<Disk, 'stat' | 'readFile'> | undefined
  readonly values: JobVariables
}

/** The format that a file name tells; HOCON for all but `.json`, `.yaml`, `.yml` and `.sql`. */
export const formatOf = (path: string): JobFormat => {
  const suffix = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  if (suffix === 'json' || suffix === 'sql') return suffix
  return suffix === 'yaml' || suffix === 'yml' ? 'yaml' : 'hocon'
}

/** Reads a job's text to a tree with `env`, `source`, `transform` and `sink`, variables replaced. */
export const readTree = async (
  format: JobFormat,
  job: JobText,
  diagnostics: Diagnostics,
): Promise<ConfigObject> => replaceVariables(await parse(format, job, diagnostics), job.values)

const parse = async (
  format: JobFormat,
  { text, file, disk, values }: JobText,
  diagnostics: Diagnostics,
): Promise<ConfigObject> => {
  const options: HoconOptions = {
    disk,
    json: format === 'json',
    outside: outsideValue(values),
    unresolved: 'text',
    repeating: ['source', 'transform', 'sink'],
    keepDotted: true,
  }
  switch (format) {
    case 'hocon':
    case 'json':
      return readHocon(text, file, diagnostics, options)
    case 'sql':
      return readSql(text, file, diagnostics, options)
    case 'yaml':
      return rootObject(await readYaml(text, file, diagnostics), diagnostics)
    default:
      return format satisfies never
  }
}

const rootObject = (root: ConfigNode, diagnostics: Diagnostics): ConfigObject => {
  if (root.kind === 'object') return root
  diagnostics.error('CFG-001', 'A job must be an object with `source` and `sink`.', root.at)
  return { kind: 'object', at: root.at, entries: new Map() }
}
