import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { postgresMissing, startPostgres, type TestServer } from '../servers/index.ts'
import { expectFailure, fileJob, visibleFiles, writtenLines } from './badData.ts'
import { createWorkspace } from './tidegate.ts'

const missing = postgresMissing()
if (missing !== undefined) console.log(`skipped: a database that goes away: ${missing}`)

const rowCount = 20_000

describe.skipIf(missing !== undefined)('a database that goes away', () => {
  let server: TestServer
  let url: string
  const workspacePromise = createWorkspace()
  beforeAll(async () => {
    server = await startPostgres()
    url = `postgres://${server.username}:${encodeURIComponent(server.password)}@127.0.0.1:${server.port}/test`
  })
  afterAll(async () => {
    await server.stop()
    await (await workspacePromise)[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    const { folder } = await workspacePromise
    for (const name of ['in', 'out', 'tmp']) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
  })

  const ask = async <Row>(statement: string): Promise<Row[]> => {
    const database = new Bun.SQL(url, { max: 1 })
    try {
      return (await database.unsafe(statement)) as Row[]
    } finally {
      await database.close()
    }
  }

  /** The server after a crash may still recover when it answers again. */
  const crashAndRestart = async (): Promise<void> => {
    await server.crash()
    await server.restart()
  }

  const connection = (): string => `
    url = "jdbc:postgresql://127.0.0.1:${server.port}/test", driver = "org.postgresql.Driver"
    username = "${server.username}", password = "${server.password}"
  `

  const sinkJob = async (retryTimes: number): Promise<void> => {
    const workspace = await workspacePromise
    const rows = Array.from({ length: rowCount }, (_, index) => `${index},name of ${index}`)
    await workspace.write('in/rows.csv', `${rows.join('\n')}\n`)
    await ask('DROP TABLE IF EXISTS sink')
    await ask('CREATE TABLE sink (id bigint, name text)')
    const env = `job.retry.times = ${retryTimes}, job.retry.interval.seconds = 1
      checkpoint.interval = 100, read_limit.rows_per_second = 10000`
    const sink = `Jdbc { ${connection()}
      generate_sink_sql = true, database = test, table = "public.sink", is_exactly_once = true
      connection_check_timeout_sec = 2, max_retries = 0
      xa_data_source_class_name = "org.postgresql.xa.PGXADataSource" }`
    const source = 'path = in, file_format_type = csv'
    await workspace.write('job.conf', fileJob({ source, env, sink }))
  }

  const sourceJob = async (retryTimes: number): Promise<void> => {
    const workspace = await workspacePromise
    await ask('DROP TABLE IF EXISTS origin')
    await ask(`CREATE TABLE origin AS SELECT i AS id, 'name of ' || i AS name
      FROM generate_series(1, ${rowCount}) AS i`)
    await ask('ALTER TABLE origin ADD PRIMARY KEY (id)')
    await workspace.write(
      'job.conf',
      `env { job.retry.times = ${retryTimes}, job.retry.interval.seconds = 1
        checkpoint.interval = 100, read_limit.rows_per_second = 10000 }
      source { Jdbc { ${connection()} table_path = "public.origin", fetch_size = 500
        connection_check_timeout_sec = 2 } }
      sink { LocalFile { path = out, tmp_path = tmp, file_format_type = csv } }`,
    )
  }

  const untilRows = async (): Promise<void> => {
    for (;;) {
      const [row] = await ask<{ count: string }>('SELECT count(*) AS count FROM sink')
      if (Number(row!.count) > 0) return
    }
  }

  const untilFile = async (): Promise<void> => {
    const workspace = await workspacePromise
    while ((await visibleFiles(workspace)).length === 0) await Bun.sleep(10)
  }

  test(
    'under a sink, and comes back: each row is written once',
    async () => {
      const workspace = await workspacePromise
      await sinkJob(5)
      const started = workspace.start('run', 'job.conf')
      await untilRows()
      await crashAndRestart()
      const { exitCode, err } = await started.finished
      expect(err).not.toMatch(/^\s+at /m)
      expect(exitCode).toBe(0)
      const [row] = await ask<object>(
        'SELECT count(*)::int AS count, count(DISTINCT id)::int AS ids FROM sink',
      )
      expect(row).toEqual({ count: rowCount, ids: rowCount })
    },
    { timeout: 60_000 },
  )

  test(
    'under a sink, for good: the job says so',
    async () => {
      const workspace = await workspacePromise
      await sinkJob(1)
      const started = workspace.start('run', 'job.conf')
      await untilRows()
      await server.crash()
      const line = expectFailure(await started.finished, 'JDB-002')
      expect(line).not.toContain(server.password)
      await server.restart()
    },
    { timeout: 60_000 },
  )

  test(
    'under a source, and comes back: each row is read once',
    async () => {
      const workspace = await workspacePromise
      await sourceJob(5)
      const started = workspace.start('run', 'job.conf')
      await untilFile()
      await crashAndRestart()
      const { exitCode, err } = await started.finished
      expect(err).not.toMatch(/^\s+at /m)
      expect(exitCode).toBe(0)
      const lines = await writtenLines(workspace)
      expect([lines.length, new Set(lines).size]).toEqual([rowCount, rowCount])
    },
    { timeout: 60_000 },
  )

  test(
    'under a source, for good: the job says so',
    async () => {
      const workspace = await workspacePromise
      await sourceJob(1)
      const started = workspace.start('run', 'job.conf')
      await untilFile()
      await server.crash()
      expectFailure(await started.finished, 'JDB-002')
      const lines = await writtenLines(workspace)
      expect(new Set(lines).size).toBe(lines.length)
      await server.restart()
    },
    { timeout: 60_000 },
  )
})
