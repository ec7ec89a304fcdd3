import { readHocon, type ConfigObject } from '../../runtime/config/index.ts'
import type { Diagnostics } from '../../runtime/errors/index.ts'
import type { Disk } from '../../runtime/host/index.ts'
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
): Promise<ConfigObject> => {
  const tree = await readHocon(job.text, job.file, diagnostics, {
    disk: job.disk,
    json: format === 'json',
    outside: outsideValue(job.values),
    unresolved: 'text',
    repeating: ['source', 'transform', 'sink'],
    keepDotted: true,
  })
  return replaceVariables(tree, job.values)
}
