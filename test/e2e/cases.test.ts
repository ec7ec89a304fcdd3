import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONNECTORS } from '../../jobs/connectors/index.ts'
import { TRANSFORMS } from '../../jobs/transforms/index.ts'
import { createWorkspace, PROJECT_ROOT, type Workspace } from './tidegate.ts'

/** Job files of SeaTunnel that must run as they are. */
const FOLDER = join(PROJECT_ROOT, '..', 'shared', 'cases', 'seatunnel')

interface Case {
  readonly file: string
  readonly exitCode: number
  readonly plugins: readonly string[]
}

/** `cases.tsv`: file, what to expect, mode, plugins as `FakeSource > Sql+Copy > Assert`. */
const readCases = (): readonly Case[] =>
  readFileSync(join(FOLDER, 'cases.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file, expected, , plugins]) => ({
      file: file!,
      exitCode: Number(/\d+/.exec(expected!)![0]),
      plugins: plugins!.split(/[ >+-]+/).filter((name) => name !== ''),
    }))

const isThere = (plugin: string): boolean =>
  CONNECTORS.has(plugin.toLowerCase()) || TRANSFORMS.has(plugin.toLowerCase())

let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace()
})
afterAll(() => workspace[Symbol.asyncDispose]())

describe('job files of SeaTunnel', () => {
  if (!existsSync(FOLDER)) {
    process.stdout.write('skipped: the folder of job files is not there\n')
    return
  }
  for (const { file, exitCode, plugins } of readCases()) {
    const missing = plugins.filter((plugin) => !isThere(plugin))
    if (missing.length > 0) {
      process.stdout.write(`skipped: ${file} needs ${missing.join(', ')}\n`)
      continue
    }
    test(file, async () => {
      const result = await workspace.run('run', join(FOLDER, file))
      expect(result.err).not.toMatch(/^\s+at /m)
      expect({ ...result, out: '' }).toEqual({ exitCode, out: '', err: expect.any(String) })
    })
  }
})
