import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expectFailure, statistic, visibleFiles, writtenLines } from './badData.ts'
import { createWorkspace } from './tidegate.ts'

/** Each test starts some processes, perhaps on a machine that is busy. */
setDefaultTimeout(30_000)

const workspace = await createWorkspace()
afterAll(() => workspace[Symbol.asyncDispose]())

const environment = 'env { job.mode = BATCH, parallelism = 3, checkpoint.interval = 100 }'

const fake = (output: string, rowCount: number): string => `
  FakeSource {
    plugin_output = ${output}, row.num = ${rowCount}, split.num = 4
    schema { fields { id = bigint, name = string } }
  }`

const csvSink = (input: string, folder: string): string =>
  `LocalFile { plugin_input = ${input}, path = ${folder}, tmp_path = tmp, file_format_type = csv }`

const run = async (text: string, folders: readonly string[]) => {
  for (const folder of folders) {
    await rm(join(workspace.folder, folder), { recursive: true, force: true })
  }
  await workspace.write('job.conf', text)
  return workspace.run('run', 'job.conf')
}

test('two pipelines of one job both come to their end', async () => {
  const finished = await run(
    `${environment}
    source { ${fake('a', 1000)}\n${fake('b', 500)} }
    sink { ${csvSink('a', 'of-a')}\n${csvSink('b', 'of-b')} }`,
    ['of-a', 'of-b'],
  )
  expect(finished.exitCode).toBe(0)
  expect((await writtenLines(workspace, 'of-a')).length).toBe(3000)
  expect((await writtenLines(workspace, 'of-b')).length).toBe(1500)
  expect(statistic(finished, 'Total Write Count')).toBe(4500)
})

test('several sources flow into one sink', async () => {
  const finished = await run(
    `${environment}
    source { ${fake('a', 1000)}\n${fake('b', 500)}\n${fake('c', 1)} }
    sink { ${csvSink('[a, b, c]', 'of-all')} }`,
    ['of-all'],
  )
  expect(finished.exitCode).toBe(0)
  expect((await writtenLines(workspace, 'of-all')).length).toBe(4503)
})

test('one source flows into several sinks, each of which gets all rows', async () => {
  const finished = await run(
    `${environment}
    source { ${fake('a', 1000)} }
    transform { Sql { plugin_input = a, plugin_output = names, query = "select name from dual" } }
    sink { ${csvSink('a', 'whole')}\n${csvSink('names', 'names')}\n${csvSink('a', 'again')} }`,
    ['whole', 'names', 'again'],
  )
  expect(finished.exitCode).toBe(0)
  const whole = await writtenLines(workspace, 'whole')
  expect(whole.length).toBe(3000)
  expect(await writtenLines(workspace, 'again')).toEqual(whole)
  const names = whole.map((line) => line.slice(line.indexOf(',') + 1))
  expect(await writtenLines(workspace, 'names')).toEqual(names.toSorted())
})

test('a pipeline that fails ends the others, which show nothing that is half done', async () => {
  const finished = await run(
    `env { job.mode = BATCH, job.retry.times = 0 }
    source { ${fake('a', 1_000_000)}
      LocalFile { plugin_output = b, path = missing.csv, file_format_type = csv
        schema { fields { id = bigint } } } }
    sink { ${csvSink('a', 'of-a')}\n${csvSink('b', 'of-b')} }`,
    ['of-a', 'of-b'],
  )
  expectFailure(finished, 'missing.csv')
  expect(await visibleFiles(workspace, 'of-a')).toEqual([])
  expect(await visibleFiles(workspace, 'of-b')).toEqual([])
})
