import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createWorkspace, HELLO, type Finished, type Workspace } from '../tidegate.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace()
})
afterAll(() => workspace[Symbol.asyncDispose]())

/** What concerns a file as a whole has no line. */
const PROBLEM = /^[^:\n]+(:\d+:\d+)? [A-Z]{3}-\d{3} \S.*$/

/** A mistake of the user: exit code 2, nothing on stdout, places and sentences, never a stack. */
const expectRefusal = ({ exitCode, out, err }: Finished): readonly string[] => {
  expect(err).not.toMatch(/^\s+at /m)
  expect(err).not.toContain('ENG-001')
  expect(out).toBe('')
  expect(exitCode).toBe(2)
  const lines = err.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(PROBLEM)
  return lines
}

const refusal = async (name: string, text: string | Uint8Array): Promise<readonly string[]> =>
  expectRefusal(await workspace.run('run', await workspace.write(name, text)))

describe('a job file that cannot be read', () => {
  test('is not there', async () => {
    const [line] = expectRefusal(await workspace.run('run', 'missing.conf'))
    expect(line).toMatch(/^missing\.conf(:1:1)? HST-001 /)
  })

  test('is a folder', async () => {
    await mkdir(join(workspace.folder, 'folder.conf'))
    const [line] = expectRefusal(await workspace.run('run', 'folder.conf'))
    expect(line).toContain('folder.conf')
  })

  test('is below a file', async () => {
    await workspace.write('file.txt', 'text')
    expectRefusal(await workspace.run('run', 'file.txt/job.conf'))
  })

  test('may not be read', async () => {
    if (process.getuid?.() === 0) {
      process.stdout.write('skipped: root may read every file\n')
      return
    }
    const name = await workspace.write('secret.conf', HELLO)
    await chmod(join(workspace.folder, name), 0)
    const [line] = expectRefusal(await workspace.run('run', name))
    expect(line).toContain('HST-002')
  })

  test('is empty', async () => {
    const lines = await refusal('empty.conf', '')
    expect(lines.join('\n')).toContain('PLN-')
  })

  test('is binary', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256)
    const [line] = await refusal('binary.conf', bytes)
    expect(line).toContain('binary.conf:1:1 CFG-001')
  })

  test('is cut off', async () => {
    const [line] = await refusal('cut.conf', HELLO.slice(0, HELLO.indexOf('schema') + 8))
    expect(line).toContain('cut.conf')
  })

  test('is enormous', async () => {
    const [line] = await refusal('enormous.conf', '#'.repeat(80 << 20))
    expect(line).toContain('enormous.conf:1:1 CFG-001')
  })
})

describe('a job file with mistakes', () => {
  test('names an unknown connector', async () => {
    const [line] = await refusal('unknown.conf', HELLO.replace('FakeSource', 'FakeSorce'))
    expect(line).toMatch(/^unknown\.conf:3:10 PLN-002 .*FakeSource/)
  })

  test('has a value of the wrong type', async () => {
    const [line] = await refusal('type.conf', HELLO.replace('row.num = 10', 'row.num = many'))
    expect(line).toMatch(/^type\.conf:3:\d+ CFG-004 /)
  })

  test('lacks a required option', async () => {
    const text = HELLO.replace('Console {}', 'Assert {}')
    const [line] = await refusal('required.conf', text)
    expect(line).toMatch(/^required\.conf:4:\d+ CFG-003 /)
  })

  test('has a query with a column that is not there', async () => {
    const sql = 'transform { Sql { query = "select id, nam from x" } }\n'
    const [line] = await refusal('query.conf', `${HELLO}${sql}`)
    expect(line).toMatch(/^query\.conf:5:27 SQL-\d{3} .*"nam".*"name".*line 1, column 12\)$/)
  })

  test('has several mistakes, and all are told at once in the order of the file', async () => {
    const lines = await refusal(
      'several.conf',
      'env { parallelism = none }\n' +
        'source { FakeSorce {} }\n' +
        'sink { Console { log.print.delay.ms = soon }\n  Consle {} }\n',
    )
    expect(lines.length).toBeGreaterThanOrEqual(4)
    const places = lines.map((line) => Number(line.split(':')[1]))
    expect(places).toEqual(places.toSorted((left, right) => left - right))
  })

  test('has no source and no sink', async () => {
    const lines = await refusal('nothing.conf', 'env { job.mode = "BATCH" }\n')
    expect(lines.join('\n')).toContain('PLN-001')
  })
})

describe('a command line with mistakes', () => {
  test.each([
    [['rnu', 'job.conf'], 'Did you mean run?'],
    [['run'], 'FILE is missing'],
    [['run', 'a.conf', 'b.conf'], 'b.conf is one word too many'],
    [['run', 'a.conf', '--fromat', 'json'], 'Did you mean --format?'],
    [['run', 'a.conf', '--format', 'xml'], 'one of text, json'],
    [['run', 'a.conf', '-i', 'novalue'], 'novalue'],
    [['run', 'a.conf', '-i'], '-i needs a value'],
    [['-c', 'a.conf', '-m', 'moon'], 'CLI-002'],
    [['-c', 'a.conf', '-m', 'local', '--async'], 'CLI-002'],
    [['-m', 'local'], '-c FILE'],
    [['explain', 'XYZ-1'], 'CLI-001'],
    [['docs', 'Jdcb'], 'PLN-002'],
    [['create', 'Console', 'Console'], 'PLN-002'],
  ])('%j is refused in one line', async (words, sentence) => {
    const { exitCode, out, err } = await workspace.run(...words)
    expect(err).toContain(sentence)
    expect(err).toMatch(/^error [A-Z]{3}-\d{3} .*\n$/)
    expect(out).toBe('')
    expect(exitCode).toBe(2)
  })

  test('the restore of a job that is not known is refused', async () => {
    await workspace.write('hello.conf', HELLO)
    const { exitCode, err } = await workspace.run('run', 'hello.conf', '--restore=nobody')
    expect(err).toContain('CKP-004')
    expect(exitCode).toBe(2)
  })

  test('a restore of a file that has not run starts it', async () => {
    await workspace.write('hello.conf', HELLO)
    const { exitCode } = await workspace.run('run', 'hello.conf', '--restore')
    expect(exitCode).toBe(0)
  })
})
