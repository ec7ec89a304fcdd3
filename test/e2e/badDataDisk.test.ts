import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expectFailure, visibleFiles } from './badData.ts'
import { createWorkspace } from './tidegate.ts'

/** Each test starts some processes, perhaps on a machine that is busy. */
setDefaultTimeout(30_000)

const workspace = await createWorkspace()
afterAll(() => workspace[Symbol.asyncDispose]())
const small = join(workspace.folder, 'small')

const canMount = (): boolean => {
  if (process.getuid?.() !== 0) return false
  const words = ['--mount', 'mount', '-t', 'tmpfs', 'none', workspace.folder]
  return Bun.spawnSync(['unshare', ...words]).exitCode === 0
}
const skips = !canMount()
if (skips) console.log('skipped: full disks: only root can mount a small file system')

beforeEach(async () => {
  if (skips) return
  await mkdir(small, { recursive: true })
  Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small])
})
afterEach(() => {
  if (!skips) Bun.spawnSync(['umount', small])
})

const job = (rowCount: number, sink: string): string => `
env { job.retry.times = 0, job.mode = BATCH }
source {
  FakeSource {
    row.num = ${rowCount}
    string.length = 100
    schema { fields { id = bigint, name = string } }
  }
}
sink { ${sink} }
`

describe.skipIf(skips)('a full disk', () => {
  test('fails a LocalFile sink and leaves nothing', async () => {
    const sink = 'LocalFile { path = small/out, tmp_path = small/tmp, file_format_type = csv }'
    await workspace.write('job.conf', job(50_000, sink))
    expectFailure(await workspace.run('run', 'job.conf'), 'HST-003')
    expect(await visibleFiles(workspace, 'small/out')).toEqual([])
  })

  test('fails a SQLite sink and leaves no row', async () => {
    const path = join(small, 'sink.db')
    const sink = `Jdbc {
      url = "jdbc:sqlite:${path}", driver = "org.sqlite.JDBC"
      generate_sink_sql = true, table = sink, is_exactly_once = true
      schema_save_mode = CREATE_SCHEMA_WHEN_NOT_EXIST
    }`
    await workspace.write('job.conf', job(50_000, sink))
    expectFailure(await workspace.run('run', 'job.conf'), ' JDB-')
    const database = new Bun.SQL(`sqlite://${path}`)
    const tables: { name: string }[] =
      await database`SELECT name FROM sqlite_master WHERE name = 'sink'`
    if (tables.length > 0) expect(await database`SELECT * FROM sink`).toHaveLength(0)
    await database.close()
  })

  test('fails a job whose checkpoints go there, and leaves nothing', async () => {
    await Bun.write(join(small, 'filler'), new Uint8Array(1024 * 1024 - 4096)).catch(() => 0)
    await Bun.write(join(small, 'rest'), new Uint8Array(64 * 1024)).catch(() => 0)
    const sink = 'LocalFile { path = out, tmp_path = tmp, file_format_type = csv }'
    await workspace.write('job.conf', job(100, sink))
    const words = ['run', 'job.conf', '--checkpoint-dir', 'small/checkpoints']
    expectFailure(await workspace.run(...words), 'HST-003')
    expect(await visibleFiles(workspace)).toEqual([])
  })
})
