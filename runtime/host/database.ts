/**
 * Databases as connections that run one statement at a time. All failures are `DatabaseError`s;
 * none of them holds a password.
 */
export interface Databases {
  postgres(server: DatabaseServer): Promise<PostgresConnection>
  mysql(server: DatabaseServer): Promise<DatabaseConnection>
  sqlite(file: DatabaseFile): Promise<SqliteConnection>
}

export interface DatabaseServer {
  readonly hostname: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  /** As PostgreSQL names them: `disable`, `prefer`, `require`, `verify-ca`, `verify-full`. */
  readonly tlsMode: string
  /** MySQL: fetch the server's key to log in without TLS. */
  readonly allowPublicKeyRetrieval: boolean
  /** PostgreSQL: settings of the session. */
  readonly parameters: { readonly [name: string]: string }
  readonly connectTimeoutMs: number
}

export interface DatabaseFile {
  readonly path: string
  /** Whether a missing file is made. */
  readonly create: boolean
  /** How long a statement waits for the lock of another process. */
  readonly busyTimeoutMs: number
}

/** What the driver can bind: numbers, texts and bytes. */
export type DatabaseParameter = string | number | bigint | boolean | Uint8Array | null

export interface DatabaseColumn {
  readonly name: string
  /** PostgreSQL: the OID of the type; MySQL: the code of the type; SQLite: 0. */
  readonly type: number
  /** PostgreSQL: the OID of the table or 0; MySQL: flags are in `flags`. */
  readonly table: number | string
  readonly number: number
  readonly length: number
  readonly flags: number
}

/**
 * A value as the driver decodes it. Large integers are bigints. Dates and JSON would be objects of
 * the driver that lose digits: statements cast them to text.
 */
export type DatabaseCell = string | number | bigint | boolean | Uint8Array | null

/** Values in column order. */
export type DatabaseRow = readonly DatabaseCell[]

export interface DatabaseResult {
  readonly columns: readonly DatabaseColumn[]
  readonly rows: readonly DatabaseRow[]
  /** Rows returned, or written when none are returned. */
  readonly count: number
}

export interface DatabaseConnection {
  query(statement: string, parameters?: readonly DatabaseParameter[]): Promise<DatabaseResult>
  /** Runs several statements separated by semicolons, without parameters. */
  script(statements: string): Promise<void>
  /** Closes at once; an open transaction is rolled back. Fine when it is closed already. */
  close(): Promise<void>
}

export interface PostgresConnection extends DatabaseConnection {
  /** Starts a `COPY … TO STDOUT`. */
  copyOut(statement: string): CopyReader
  /** Starts a `COPY … FROM STDIN`. */
  copyIn(statement: string): CopyWriter
}

/** The bytes of a COPY, in chunks that may end anywhere. */
export interface CopyReader {
  /** The next chunk, or null at the end. */
  read(): Promise<Uint8Array | null>
  cancel(): Promise<void>
}

export interface CopyWriter {
  /** Resolves when more may be written; `bytes` must stay as they are until then. */
  write(bytes: Uint8Array): Promise<void>
  /** Resolves with the number of rows when the server has stored all of them. */
  close(): Promise<number>
  abort(): Promise<void>
}

/** SQLite runs in this thread: statements are done when the call returns. */
export interface SqliteConnection extends DatabaseConnection {
  prepare(statement: string): SqliteStatement
}

export interface SqliteStatement {
  run(parameters: readonly DatabaseParameter[]): void
  /** The declared types of the result's columns, null for an expression. */
  declaredTypes(): readonly (string | null)[]
}

export type DatabaseFailure =
  /** Nobody answered, or the connection was lost: connecting again may help. */
  | 'unreachable'
  /** The user, password or database was refused. */
  | 'login'
  /** The database refused the statement. */
  | 'statement'

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly failure: DatabaseFailure
  /** SQLSTATE (PostgreSQL), error number (MySQL) or result code (SQLite); empty when there is none. */
  readonly state: string

  constructor(failure: DatabaseFailure, state: string, message: string, cause: unknown) {
    super(message, { cause })
    this.failure = failure
    this.state = state
  }
}
