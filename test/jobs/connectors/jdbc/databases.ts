import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealHost, type DatabaseConnection } from '../../../../runtime/host/index.ts'
import {
  mariadbMissing,
  postgresMissing,
  startMariadb,
  startPostgres,
  type TestServer,
} from '../../../servers/index.ts'

/** A database that the tests run on. */
export interface TestDatabase {
  /** The options of a connection, as a job file writes them. */
  readonly options: string
  /** What comes before a table's name in a path. */
  readonly prefix: string
  /** Runs statements over a connection of the test's own. */
  run(statements: string): Promise<void>
  query(statement: string): Promise<readonly (readonly unknown[])[]>
}

export interface DatabaseKind {
  readonly name: 'PostgreSQL' | 'MariaDB' | 'SQLite'
  /** Why it cannot be tested here. */
  readonly missing: string | undefined
  open(): Promise<TestDatabase>
}

/** One server of a kind for all test files of a process; it ends with the process. */
const shared = globalThis as { [key: symbol]: Promise<TestServer> | undefined }

const sharedServer = (kind: string, start: () => Promise<TestServer>): Promise<TestServer> => {
  const key = Symbol.for(`tidegate.test.${kind}`)
  shared[key] ??= start()
  return shared[key]
}

const serverOf = (server: TestServer) => ({
  hostname: '127.0.0.1',
  port: server.port,
  database: 'test',
  username: server.username,
  password: server.password,
  tlsMode: 'disable',
  allowPublicKeyRetrieval: false,
  parameters: {},
  connectTimeoutMs: 10_000,
})

const openDatabase = (
  url: string,
  server: TestServer | undefined,
  prefix: string,
  connect: () => Promise<DatabaseConnection>,
): TestDatabase => {
  const use = async <Result>(work: (connection: DatabaseConnection) => Promise<Result>) => {
    const connection = await connect()
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
  const login =
    server === undefined ? '' : `user = "${server.username}", password = "${server.password}", `
  return {
    options: `url = "${url}", ${login}`,
    prefix,
    run: (statements) => use((connection) => connection.script(statements)),
    query: (statement) => use(async (connection) => [...(await connection.query(statement)).rows]),
  }
}

export const openPostgres = async (): Promise<TestDatabase> => {
  const server = await sharedServer('postgres', startPostgres)
  const url = `jdbc:postgresql://127.0.0.1:${server.port}/test`
  return openDatabase(url, server, 'test.public.', () =>
    createRealHost().databases.postgres(serverOf(server)),
  )
}

/** A connection that stays open until the test closes it. */
export const openMariadbConnection = async (): Promise<DatabaseConnection> =>
  createRealHost().databases.mysql(serverOf(await sharedServer('mariadb', startMariadb)))

export const openMariadb = async (): Promise<TestDatabase> => {
  const server = await sharedServer('mariadb', startMariadb)
  const url = `jdbc:mariadb://127.0.0.1:${server.port}/test`
  return openDatabase(url, server, 'test.', openMariadbConnection)
}

export const openSqlite = async (): Promise<TestDatabase> => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-sqlite-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'test.db')
  return openDatabase(`jdbc:sqlite:${path}`, undefined, 'main.', () =>
    createRealHost().databases.sqlite({ path, create: true, busyTimeoutMs: 5000 }),
  )
}

/** All databases, with a printed reason for those that cannot be tested here. */
export const DATABASES: readonly DatabaseKind[] = [
  { name: 'SQLite', missing: undefined, open: openSqlite },
  { name: 'PostgreSQL', missing: postgresMissing(), open: openPostgres },
  { name: 'MariaDB', missing: mariadbMissing(), open: openMariadb },
]

/** The databases that are there, started; says why the others are not. */
export const availableDatabases = async (): Promise<DatabaseKind[]> => {
  const available = DATABASES.filter(({ name, missing }) => {
    if (missing !== undefined) process.stdout.write(`${name} is not tested: ${missing}.\n`)
    return missing === undefined
  })
  for (const kind of available) await kind.open()
  return available
}
