import { expect } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finished, Workspace } from './tidegate.ts'

export const ID_AND_NAME = 'schema { fields { id = bigint, name = string } }'

export interface FileJob {
  /** Options of the LocalFile source, without its schema. */
  readonly source: string
  readonly env?: string
  readonly schema?: string
  readonly sink?: string
}

/** A job that reads files and writes csv into `out`. */
export const fileJob = ({ source, env = '', schema = ID_AND_NAME, sink }: FileJob): string => `
env {
  job.mode = BATCH
  ${env}
}
source {
  LocalFile {
    ${source}
    ${schema}
  }
}
sink {
  ${sink ?? 'LocalFile { path = out, tmp_path = tmp, file_format_type = csv }'}
}
`

/** The files that a reader of `out` would find. */
export const visibleFiles = (workspace: Workspace, folder = 'out'): Promise<string[]> =>
  readdir(join(workspace.folder, folder)).catch(() => [])

/** The lines of all files in `out`, sorted. */
export const writtenLines = async (workspace: Workspace, folder = 'out'): Promise<string[]> => {
  const lines: string[] = []
  for (const name of await visibleFiles(workspace, folder)) {
    const text = await Bun.file(join(workspace.folder, folder, name)).text()
    lines.push(...text.split('\n').filter((line) => line !== ''))
  }
  return lines.sort()
}

/** The job failed as it should: exit code 1, one sentence with the code, no stack. */
export const expectFailure = ({ exitCode, err }: Finished, code: string): string => {
  const errors = err.split('\n').filter((line) => line.startsWith('error '))
  expect(err).not.toMatch(/^\s+at /m)
  expect(errors).toHaveLength(1)
  expect(errors[0]).toContain(code)
  expect(exitCode).toBe(1)
  return errors[0]!
}

/** A count that the statistics of a run show. */
export const statistic = ({ err }: Finished, name: string): number => {
  const found = new RegExp(`${name}\\s*: ([\\d,]+)`).exec(err)
  if (found === null) throw new Error(`${name} is not shown:\n${err}`)
  return Number(found[1]!.replaceAll(',', ''))
}
