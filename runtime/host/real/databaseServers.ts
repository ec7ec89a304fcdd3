import {
  DatabaseError,
  type CopyReader,
  type CopyWriter,
  type DatabaseColumn,
  type DatabaseConnection,
  type DatabaseFailure,
  type DatabaseParameter,
  type DatabaseResult,
  type DatabaseRow,
  type DatabaseServer,
  type PostgresConnection,
} from '../database.ts'

type Adapter = 'postgres' | 'mysql'

/** One connection of a pool of its own, and how to close both. */
interface Pinned {
  readonly client: Bun.ReservedSQL
  close(): Promise<void>
}

/**
 * A pool opens a new connection in silence when it lost one, and a transaction would go on outside
 * of itself: a reserved connection fails instead.
 */
const open = async (server: DatabaseServer, adapter: Adapter): Promise<Pinned> => {
  const pool = new Bun.SQL({
    adapter,
    hostname: server.hostname,
    port: server.port,
    database: server.database,
    username: server.username,
    password: server.password,
    tls: server.tlsMode === 'disable' ? false : server.tlsMode,
    max: 1,
    bigint: true,
    connectionTimeout: server.connectTimeoutMs / 1000,
    ...(adapter === 'postgres'
      ? { connection: { ...server.parameters } }
      : { allowPublicKeyRetrieval: server.allowPublicKeyRetrieval, foundRows: true }),
  } as Bun.SQL.Options)
  try {
    const client = await pool.reserve()
    return { client, close: () => pool.close({ timeout: 0 }) }
  } catch (error) {
    await pool.close({ timeout: 0 })
    throw databaseErrorOf(error)
  }
}

const connectionOf = ({ client, ...pool }: Pinned): DatabaseConnection => ({
  query: async (statement, parameters) => {
    try {
      return resultOf(await client.unsafe(statement, parameters as DatabaseParameter[]).values())
    } catch (error) {
      throw databaseErrorOf(error)
    }
  },
  script: async (statements) => {
    try {
      await client.unsafe(statements).simple()
    } catch (error) {
      throw databaseErrorOf(error)
    }
  },
  close: () => pool.close(),
})

interface DriverResult extends ReadonlyArray<DatabaseRow> {
  readonly count: number
  readonly columns: readonly Partial<DatabaseColumn>[] | null
}

const resultOf = (result: unknown): DatabaseResult => {
  const rows = result as DriverResult
  const columns = (rows.columns ?? []).map((column) => ({
    name: column.name ?? '',
    type: column.type ?? 0,
    table: column.table ?? 0,
    number: column.number ?? 0,
    length: column.length ?? 0,
    flags: column.flags ?? 0,
  }))
  return { columns, rows, count: rows.count }
}

export const connectMysql = async (server: DatabaseServer): Promise<DatabaseConnection> =>
  connectionOf(await open(server, 'mysql'))

export const connectPostgres = async (server: DatabaseServer): Promise<PostgresConnection> => {
  const pinned = await open(server, 'postgres')
  return {
    ...connectionOf(pinned),
    copyOut: (statement) => copyReaderOf(pinned.client, statement),
    copyIn: (statement) => copyWriterOf(pinned.client, statement),
  }
}

const copyReaderOf = (client: Bun.SQL, statement: string): CopyReader => {
  const reader = client.unsafe(statement).readable().getReader()
  return {
    read: async () => {
      try {
        const { done, value } = await reader.read()
        return done ? null : value
      } catch (error) {
        throw databaseErrorOf(error)
      }
    },
    cancel: () => reader.cancel(),
  }
}

const copyWriterOf = (client: Bun.SQL, statement: string): CopyWriter => {
  const query = client.unsafe(statement)
  const writer = query.writable().getWriter()
  const guarded = async <Result>(step: () => Promise<Result>): Promise<Result> => {
    try {
      return await step()
    } catch (error) {
      throw databaseErrorOf(error)
    }
  }
  // A failure also reaches `closed`; `write` and `close` are what reports it.
  writer.closed.catch(() => undefined)
  return {
    write: (bytes) => guarded(() => writer.write(bytes)),
    close: () =>
      guarded(async () => {
        await writer.close()
        return (await query).count
      }),
    abort: () => writer.abort(),
  }
}

/** SQLSTATE classes of a connection that ended: 08 connection, 57P operator intervention. */
const LOST_STATES = /^(08|57P0[123])/
const LOGIN_STATES = /^(28|3D)/
/** MySQL: access denied to the server, to a database, unknown database. */
const LOGIN_NUMBERS = new Set(['1045', '1044', '1049', '1698'])
/** MySQL: shutdown, connection killed, too many connections. */
const LOST_NUMBERS = new Set(['1053', '1927', '1040'])

const databaseErrorOf = (thrown: unknown): DatabaseError => {
  if (thrown instanceof DatabaseError) return thrown
  if (!(thrown instanceof Error)) return new DatabaseError('statement', '', String(thrown), thrown)
  const {
    code = '',
    errno = '',
    detail,
  } = thrown as {
    code?: string
    errno?: string | number
    detail?: string
  }
  const state = String(errno)
  const message = detail === undefined ? thrown.message : `${thrown.message} (${detail})`
  return new DatabaseError(failureOf(code, state), state, message, thrown)
}

const failureOf = (code: string, state: string): DatabaseFailure => {
  if (LOST_STATES.test(state) || LOST_NUMBERS.has(state)) return 'unreachable'
  if (LOGIN_STATES.test(state) || LOGIN_NUMBERS.has(state)) return 'login'
  if (/AUTH|SASL|SCRAM|PUBLIC_KEY|TLS/.test(code)) return 'login'
  if (/CONNECTION|TIMEOUT|ECONN|ENOTFOUND|EHOST|EPIPE|DNS/.test(code)) return 'unreachable'
  return 'statement'
}
