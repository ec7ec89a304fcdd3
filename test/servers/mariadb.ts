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

const PASSWORD = 'tide/gate:secret'

/** Why MariaDB cannot be started here, or undefined when it can. */
export const mariadbMissing = (): string | undefined =>
  Bun.which('mariadbd') === null || Bun.which('mariadb-install-db') === null
    ? 'MariaDB is not installed (Debian package mariadb-server)'
    : undefined

/** Starts a MariaDB of its own with database `test`, user and password, on a free port. */
export const startMariadb = async (): Promise<TestServer> => {
  const folder = await serverFolder('mariadb', 'mysql')
  const remove = removeAtExit(folder)
  const data = join(folder, 'data')
  const common = ['--no-defaults', `--datadir=${data}`]
  await runToEnd(
    asUser('mysql', [
      'mariadb-install-db',
      ...common,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]),
  )
  const port = freePort()
  const command = [
    'mariadbd',
    ...common,
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
    '--bind-address=127.0.0.1',
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-buffer-pool-size=64M',
  ]
  const start = () => Bun.spawn(asUser('mysql', command), { stdout: 'ignore', stderr: 'ignore' })
  const asRoot = (statement: string): Promise<void> =>
    runOnce({ username: 'root', password: '', port, database: 'mysql' }, statement)
  let server = start()
  await waitUntilReady(() => asRoot('SELECT 1'))
  await asRoot('CREATE DATABASE test')
  await asRoot(`CREATE USER 'tide'@'%' IDENTIFIED BY '${PASSWORD}'`)
  await asRoot(`GRANT ALL ON *.* TO 'tide'@'%'`)
  const crash = async (): Promise<void> => {
    server.kill('SIGKILL')
    await server.exited
  }
  return {
    port,
    username: 'tide',
    password: PASSWORD,
    crash,
    stop: async () => {
      await crash()
      remove()
    },
    restart: async () => {
      server = start()
      await waitUntilReady(() => asRoot('SELECT 1'))
    },
  }
}

interface Login {
  readonly username: string
  readonly password: string
  readonly port: number
  readonly database: string
}

const runOnce = async (login: Login, statement: string): Promise<void> => {
  const client = new Bun.SQL({
    adapter: 'mysql',
    hostname: '127.0.0.1',
    ...login,
    max: 1,
    connectionTimeout: 1,
  })
  try {
    await client.unsafe(statement)
  } finally {
    await client.close({ timeout: 0 })
  }
}
