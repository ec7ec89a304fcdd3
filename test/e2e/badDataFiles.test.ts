import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmod, mkdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expectFailure, fileJob, visibleFiles } from './badData.ts'
import { createWorkspace, type Workspace } from './tidegate.ts'

/** Each test starts some processes, perhaps on a machine that is busy. */
setDefaultTimeout(30_000)

let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace()
  await chmod(workspace.folder, 0o777)
})
afterAll(() => workspace[Symbol.asyncDispose]())

const ZEROS = new Uint8Array(64)
const NOISE = Uint8Array.from({ length: 4096 }, (_, index) => ((index * index * 31) >> 3) % 256)
const GZIP = Bun.gzipSync('1,one\n2,two\n'.repeat(1000))
const PARQUET_MARK = new TextEncoder().encode('PAR1')

interface BadFile {
  readonly title: string
  readonly bytes: Uint8Array | string
  readonly options: string
  readonly code: string
  readonly says: string
}

const BAD_FILES: readonly BadFile[] = [
  ...(['text', 'csv', 'json'] as const).map((format) => ({
    title: `a binary file read as ${format}`,
    bytes: ZEROS,
    options: `file_format_type = ${format}`,
    code: 'FIL-001',
    says: 'is not',
  })),
  {
    title: 'noise read as csv',
    bytes: NOISE,
    options: 'file_format_type = csv',
    code: 'FIL-001',
    says: 'is not csv in UTF-8',
  },
  ...['text', PARQUET_MARK, NOISE].map((bytes, index) => ({
    title: `what is no parquet file, ${index}`,
    bytes,
    options: 'file_format_type = parquet',
    code: 'FIL-00',
    says: 'bad.data',
  })),
  {
    title: 'a JSON array without its end',
    bytes: '[{"id":1,"name":"one"},{"id":2',
    options: 'file_format_type = json',
    code: 'FIL-004',
    says: 'its end is missing',
  },
  {
    title: 'a JSON row that is cut off',
    bytes: '{"id":1,"name":"one"}\n{"id":2,"na',
    options: 'file_format_type = json',
    code: 'FIL-003',
    says: 'bad.data:2',
  },
  {
    title: 'a gzip file that is cut off',
    bytes: GZIP.slice(0, GZIP.length - 12),
    options: 'file_format_type = csv, compress_codec = gzip',
    code: 'FIL-004',
    says: 'ends too early',
  },
  ...['gzip', 'zstd', 'zlib', 'brotli', 'lzo'].map((codec) => ({
    title: `what was never compressed by ${codec}`,
    bytes: '1,one\n2,two\n',
    options: `file_format_type = csv, compress_codec = ${codec}`,
    code: 'FIL-00',
    says: 'bad.data',
  })),
  {
    title: 'a gzip file read as it is',
    bytes: GZIP,
    options: 'file_format_type = csv',
    code: 'FIL-001',
    says: 'set compress_codec = gzip',
  },
  {
    title: 'a quote that is never closed',
    bytes: '1,one\n2,"two\n3,three\n',
    options: 'file_format_type = csv',
    code: 'FIL-003',
    says: 'bad.data:2',
  },
  {
    title: 'a number that is none',
    bytes: '1,one\ntwo,two\n',
    options: 'file_format_type = csv',
    code: 'FIL-003',
    says: 'bad.data:2:1 FIL-003',
  },
  {
    title: 'a number beyond its type',
    bytes: '1,one\n9223372036854775808,two\n',
    options: 'file_format_type = csv',
    code: 'FIL-003',
    says: '"9223372036854775808" is not of type bigint',
  },
]

describe('a bad file fails the job in one sentence and leaves nothing', () => {
  for (const { title, bytes, options, code, says } of BAD_FILES) {
    test(title, async () => {
      await workspace.write('bad.data', bytes)
      await workspace.write('job.conf', fileJob({ source: `path = bad.data, ${options}` }))
      const line = expectFailure(await workspace.run('run', 'job.conf'), code)
      expect(line).toContain(says)
      expect(await visibleFiles(workspace)).toEqual([])
    })
  }

  test('a path that is not there', async () => {
    const source = 'path = missing/file.csv, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source }))
    expectFailure(await workspace.run('run', 'job.conf'), 'missing/file.csv')
  })
})

test.each(['text', 'csv', 'json', 'parquet'])('an empty file of %s has no rows', async (format) => {
  await workspace.write('empty.data', '')
  const source = `path = empty.data, file_format_type = ${format}`
  await workspace.write('job.conf', fileJob({ source }))
  const { exitCode, err } = await workspace.run('run', 'job.conf')
  expect(err).toMatch(/Total Read Count\s*: 0\n/)
  expect(exitCode).toBe(0)
})

describe('what cannot be read or written', () => {
  const isRoot = process.getuid?.() === 0
  if (!isRoot) console.log('skipped: files that nobody may read: only root can become nobody')

  test.skipIf(!isRoot)('is named when the user may not read it', async () => {
    await workspace.write('secret.csv', '1,one\n')
    await chmod(join(workspace.folder, 'secret.csv'), 0o600)

    const source = 'path = secret.csv, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source }))
    const words = ['run', 'job.conf', '--checkpoint-dir', 'state-of-nobody']
    const line = expectFailure(await workspace.runAs('nobody', ...words), 'HST-002')
    expect(line).toContain('secret.csv')
  })

  test.skipIf(!isRoot)('is named when the user may not write there', async () => {
    await workspace.write('rows.csv', '1,one\n')
    await mkdir(join(workspace.folder, 'closed'), { mode: 0o755 })
    const sink = 'LocalFile { path = closed/out, tmp_path = closed/tmp, file_format_type = csv }'
    const source = 'path = rows.csv, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source, sink }))
    const words = ['run', 'job.conf', '--checkpoint-dir', 'state-of-nobody']
    const line = expectFailure(await workspace.runAs('nobody', ...words), 'HST-002')
    expect(line).toContain('closed')
  })

  test.skipIf(!isRoot)('is named when checkpoints cannot be kept', async () => {
    await workspace.write('rows.csv', '1,one\n')
    await mkdir(join(workspace.folder, 'closed-state'), { mode: 0o755 })
    await workspace.write(
      'job.conf',
      fileJob({ source: 'path = rows.csv, file_format_type = csv' }),
    )
    const words = ['run', 'job.conf', '--checkpoint-dir', 'closed-state']
    const line = expectFailure(await workspace.runAs('nobody', ...words), 'HST-002')
    expect(line).toContain('closed-state')
    expect(await visibleFiles(workspace)).toEqual([])
  })

  test('is named when a file stands where the folder should be', async () => {
    await workspace.write('rows.csv', '1,one\n')
    await workspace.write('taken', 'a file')
    const sink = 'LocalFile { path = taken, tmp_path = tmp, file_format_type = csv }'
    const source = 'path = rows.csv, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source, sink }))
    expect(expectFailure(await workspace.run('run', 'job.conf'), '-0')).toContain('taken')
    expect(await Bun.file(join(workspace.folder, 'taken')).text()).toBe('a file')
  })

  test('is named when a folder stands where a database should be', async () => {
    await workspace.write('rows.csv', '1,one\n')
    await mkdir(join(workspace.folder, 'folder.db'))
    const url = `jdbc:sqlite:${join(workspace.folder, 'folder.db')}`
    const sink = `Jdbc { url = "${url}", driver = "org.sqlite.JDBC", query = "insert into t values (?, ?)" }`
    const source = 'path = rows.csv, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source, sink, env: 'job.retry.times = 0' }))
    expect(expectFailure(await workspace.run('run', 'job.conf'), '-0')).toContain('folder.db')
  })
})

describe('an enormous file', () => {
  /** What `/usr/bin/time` calls the maximum resident set size, in KiB. */
  const memoryMax = 600 * 1024

  test.each([
    ['a line without an end', 'x', 'FIL-002'],
    ['zeros in front', '\0', 'FIL-001'],
  ])(
    'with %s is refused in bounded memory',
    async (_title, start, code) => {
      const path = join(workspace.folder, 'enormous.csv')
      await Bun.write(path, start.repeat(100 << 20))
      await truncate(path, 3 * 2 ** 30)
      const source = 'path = enormous.csv, file_format_type = csv'
      await workspace.write('job.conf', fileJob({ source }))
      const started = workspace.start('run', 'job.conf')
      expectFailure(await started.finished, code)
      expect(await started.memoryKiB).toBeLessThan(memoryMax)
      await truncate(path, 0)
    },
    { timeout: 60_000 },
  )
})
