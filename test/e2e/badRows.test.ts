import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  expectFailure,
  fileJob,
  ID_AND_NAME,
  statistic,
  visibleFiles,
  writtenLines,
} from './badData.ts'
import { createWorkspace, type Finished } from './tidegate.ts'

/** Each test starts some processes, perhaps on a machine that is busy. */
setDefaultTimeout(30_000)

const workspace = await createWorkspace()
afterAll(() => workspace[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const folder of ['out', 'bad']) {
    await rm(join(workspace.folder, folder), { recursive: true, force: true })
  }
})

/** `rowCount` rows of which every tenth has an id that is no number. */
const writeRows = (rowCount: number): Promise<string> => {
  const rows = Array.from({ length: rowCount }, (_, index) =>
    index % 10 === 9 ? `none,${index}` : `${index},${index}`,
  )
  return workspace.write('rows.csv', `${rows.join('\n')}\n`)
}

const run = async (rowCount: number, env: string): Promise<Finished> => {
  await writeRows(rowCount)
  const source = 'path = rows.csv, file_format_type = csv, plugin_output = rows'
  const sink = `
    LocalFile { plugin_input = rows, path = out, tmp_path = tmp, file_format_type = csv }
    ${
      env.includes('ROUTE')
        ? 'LocalFile { plugin_input = bad, path = bad, tmp_path = tmp2, file_format_type = json }'
        : ''
    }
  `
  const job = fileJob({ source, env, sink, schema: ID_AND_NAME })
  await workspace.write('job.conf', job)
  return workspace.run('run', 'job.conf')
}

describe('rows that do not fit their type', () => {
  test('fail the job, which then shows nothing', async () => {
    const line = expectFailure(await run(100, ''), 'FIL-003')
    expect(line).toContain('rows.csv:10')
    expect(await visibleFiles(workspace)).toEqual([])
  })

  test('are skipped and counted', async () => {
    const finished = await run(100, 'dead_letter.mode = SKIP')
    expect(finished.exitCode).toBe(0)
    expect(statistic(finished, 'Total Failed Count')).toBe(10)
    expect(statistic(finished, 'Total Write Count')).toBe(90)
    expect((await writtenLines(workspace)).length).toBe(90)
  })

  test('are routed with their place', async () => {
    const finished = await run(100, 'dead_letter.mode = ROUTE, dead_letter.output = bad')
    expect(finished.err).not.toContain('error ')
    expect(finished.exitCode).toBe(0)
    expect((await writtenLines(workspace)).length).toBe(90)
    const bad = await writtenLines(workspace, 'bad')
    expect(bad.length).toBe(10)
    expect(bad.join('\n')).toContain('rows.csv:10')
  })

  test.each([
    ['a count that is reached', 100, 'dead_letter.max_count = 10', 0],
    ['a count that is passed', 100, 'dead_letter.max_count = 9', 1],
    ['a share that is reached', 100, 'dead_letter.max_percent = 10', 0],
    ['a share of few rows that is passed', 100, 'dead_letter.max_percent = 9', 1],
    ['a share of many rows that is passed', 20_000, 'dead_letter.max_percent = 9', 1],
  ])('may be as many as the job allows: %s', async (_title, rowCount, budget, exitCode) => {
    const finished = await run(rowCount, `dead_letter.mode = SKIP, ${budget}`)
    if (exitCode === 0) {
      expect(finished.exitCode).toBe(0)
      return
    }
    expectFailure(finished, 'ENG-003')
    expect(await visibleFiles(workspace)).toEqual([])
  })

  test('that a transform skips are counted', async () => {
    await writeRows(9)
    const source = 'path = rows.csv, file_format_type = csv'
    const transform = `
      transform { Sql {
        query = "select 10 / id as tenth from dual"
        row_error_handle_way = SKIP
      } }`
    await workspace.write('job.conf', fileJob({ source }) + transform)
    const finished = await workspace.run('run', 'job.conf')
    expect(finished.exitCode).toBe(0)
    expect(statistic(finished, 'Total Failed Count')).toBe(1)
    expect(statistic(finished, 'Total Write Count')).toBe(8)
  })
})
