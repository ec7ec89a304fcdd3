import { afterAll, beforeAll, describe, test } from 'bun:test'
import { join } from 'node:path'
import { postgresMissing, startPostgres, type TestServer } from '../servers/index.ts'
import { checkKilledRounds } from './killing.ts'

const rowCount = 40_000

const environment = `
env {
  job.mode = BATCH
  parallelism = \${parallelism:2}
  checkpoint.interval = 60
  read_limit.rows_per_second = 20000
}
`

const fileSource = (folder: string): string => `
source {
  LocalFile {
    path = "${folder}/in"
    file_format_type = csv
    schema { fields { id = bigint, name = string } }
  }
}
`

const writeInput = async (folder: string): Promise<void> => {
  for (let file = 0; file < 4; file += 1) {
    const lines = Array.from({ length: rowCount / 4 }, (_, index) => {
      const id = file * (rowCount / 4) + index
      return `${id},name of ${id}`
    })
    await Bun.write(join(folder, 'in', `part-${file}.csv`), `${lines.join('\n')}\n`)
  }
}

const missing = postgresMissing()
if (missing !== undefined) console.log(`skipped: killed PostgreSQL jobs: ${missing}`)

describe.skipIf(missing !== undefined)('a PostgreSQL job that is killed at random moments', () => {
  let server: TestServer
  let database: Bun.SQL
  beforeAll(async () => {
    server = await startPostgres()
    const password = encodeURIComponent(server.password)
    database = new Bun.SQL(
      `postgres://${server.username}:${password}@127.0.0.1:${server.port}/test`,
    )
  })
  afterAll(async () => {
    await database.close()
    await server.stop()
  })

  const connection = (): string => `
    url = "jdbc:postgresql://127.0.0.1:${server.port}/test"
    driver = "org.postgresql.Driver"
    username = "${server.username}"
    password = "${server.password}"
  `

  test(
    'writes each row once in two phases',
    () =>
      checkKilledRounds({
        name: 'LocalFile to PostgreSQL',
        roundCount: 20,
        killWithinMs: 1300,
        rowCount,
        arrange: async (folder, round) => {
          await writeInput(folder)
          await database.unsafe(`CREATE TABLE sink_${round} (id bigint, name text)`)
          const jobFile = join(folder, 'job.conf')
          const sink = `
            sink {
              Jdbc {
                ${connection()}
                generate_sink_sql = true
                database = test
                table = "public.sink_${round}"
                is_exactly_once = true
                xa_data_source_class_name = "org.postgresql.xa.PGXADataSource"
              }
            }`
          await Bun.write(jobFile, environment + fileSource(folder) + sink)
          return jobFile
        },
        leftBehind: async () => {
          const left: { gid: string }[] = await database`SELECT gid FROM pg_prepared_xacts`
          return left.map(({ gid }) => gid)
        },
        idsWritten: async (_folder, round) => {
          const rows: { id: string }[] = await database.unsafe(`SELECT id FROM sink_${round}`)
          return rows.map((row) => Number(row.id))
        },
      }),
    { timeout: 300_000 },
  )
})

describe('a SQLite job that is killed at random moments', () => {
  test(
    'writes each row once',
    () =>
      checkKilledRounds({
        name: 'LocalFile to SQLite',
        roundCount: 20,
        killWithinMs: 1300,
        rowCount,
        arrange: async (folder) => {
          await writeInput(folder)
          const jobFile = join(folder, 'job.conf')
          const sink = `
            sink {
              Jdbc {
                url = "jdbc:sqlite:${folder}/sink.db"
                driver = "org.sqlite.JDBC"
                generate_sink_sql = true
                table = "sink"
                is_exactly_once = true
                schema_save_mode = CREATE_SCHEMA_WHEN_NOT_EXIST
              }
            }`
          await Bun.write(jobFile, environment + fileSource(folder) + sink)
          return jobFile
        },
        idsWritten: async (folder) => {
          const database = new Bun.SQL(`sqlite://${folder}/sink.db`)
          const rows: { id: number }[] = await database`SELECT id FROM sink`
          await database.close()
          return rows.map((row) => row.id)
        },
      }),
    { timeout: 300_000 },
  )
})
