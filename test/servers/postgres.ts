import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './freePorts.ts'
import {
  asUser,
  removeAtExit,
  runToEnd,
  serverFolder,
  waitUntilReady,
  type TestServer,
} from './processes.ts'

const DEBIAN_FOLDER = '/usr/lib/postgresql'
const PASSWORD = 'tide/gate:secret'

const binaries = (): string | undefined => {
  if (!existsSync(DEBIAN_FOLDER)) return undefined
  const versions = readdirSync(DEBIAN_FOLDER).sort((left, right) => Number(right) - Number(left))
  return versions
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/** Why PostgreSQL cannot be started here, or undefined when it can. */
export const postgresMissing = (): string | undefined =>
  binaries() === undefined ? 'PostgreSQL is not installed (Debian package postgresql)' : undefined

export interface PostgresOptions {
  /** 0 turns two-phase commit off, as a fresh installation has it. */
  readonly preparedTransactionsMax?: number
  /** Durable as in production; tests that measure nothing go without. */
  readonly durable?: boolean
}

export interface PostgresServer extends TestServer {
  /** Where it listens too, for those who cannot reach its port. */
  readonly socket: string
}

/** Starts a PostgreSQL of its own with database `test`, user and password login, on a free port. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const folder = await serverFolder('postgres', 'postgres')
  const remove = removeAtExit(folder)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  await Bun.write(passwordFile, PASSWORD)
  const tool = (name: string) => join(binaries()!, name)
  const initialize = ['-D', data, '-U', 'tide', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
  const locale = ['--no-sync', '--encoding=UTF8', '--locale=C', '--no-instructions']
  await runToEnd(asUser('postgres', [tool('initdb'), ...initialize, ...locale]))
  const port = freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    max_prepared_transactions: options.preparedTransactionsMax ?? 20,
    fsync: options.durable === true ? 'on' : 'off',
    max_wal_size: '4GB',
  }
  const command = [tool('postgres'), '-D', data]
  for (const [key, value] of Object.entries(settings)) command.push('-c', `${key}=${value}`)
  const start = () => Bun.spawn(asUser('postgres', command), { stdout: 'ignore', stderr: 'ignore' })
  const url = `postgres://tide:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`
  const ready = (): Promise<void> => waitUntilReady(() => runOnce(`${url}/postgres`, 'SELECT 1'))
  let server = start()
  await ready()
  await runOnce(`${url}/postgres`, 'CREATE DATABASE test')
  const crash = async (): Promise<void> => {
    server.kill('SIGQUIT')
    await server.exited
  }
  return {
    port,
    socket: join(folder, `.s.PGSQL.${port}`),
    username: 'tide',
    password: PASSWORD,
    crash,
    stop: async () => {
      await crash()
      remove()
    },
    restart: async () => {
      server = start()
      await ready()
    },
  }
}

const runOnce = async (url: string, statement: string): Promise<void> => {
  const client = new Bun.SQL(url, { max: 1, connectionTimeout: 5 })
  try {
    await client.unsafe(statement)
  } finally {
    await client.close({ timeout: 0 })
  }
}
