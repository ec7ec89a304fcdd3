import { EngineError } from '../../../runtime/errors/index.ts'
import type { DatabaseFile, DatabaseServer } from '../../../runtime/host/index.ts'

/** What a JDBC URL and the options beside it say. */
export type Target =
  | { readonly dialect: 'postgresql' | 'mysql'; readonly server: DatabaseServer }
  | { readonly dialect: 'sqlite'; readonly file: DatabaseFile }

export type DialectName = Target['dialect']

export interface ConnectionOptions {
  readonly url: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly connection_check_timeout_sec: number
  readonly properties: { readonly [name: string]: string } | undefined
}

const SERVER_URL = /^jdbc:(postgresql|mysql|mariadb):\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is
const SQLITE_URL = /^jdbc:sqlite:([^?]+)(?:\?.*)?$/is

const DIALECTS: { readonly [subprotocol: string]: { name: 'postgresql' | 'mysql'; port: number } } =
  {
    postgresql: { name: 'postgresql', port: 5432 },
    mysql: { name: 'mysql', port: 3306 },
    mariadb: { name: 'mysql', port: 3306 },
  }

/** A statement waits this long for the lock of another writer of a SQLite file. */
const SQLITE_BUSY_MS = 30_000

/**
 * The database that the options name. `database` stands for a database that the URL leaves out.
 * Parameters that only configure a Java driver are ignored, as the drivers do with those of others.
 */
export const parseTarget = (options: ConnectionOptions, database?: string): Target => {
  const url = options.url.trim()
  const sqlite = SQLITE_URL.exec(url)
  if (sqlite !== null) {
    const path = sqlite[1]!.replace(/^file:/, '')
    return { dialect: 'sqlite', file: { path, create: true, busyTimeoutMs: SQLITE_BUSY_MS } }
  }
  const match = SERVER_URL.exec(url)
  if (match === null) throw unsupportedUrl(url)
  const { name, port } = DIALECTS[match[1]!.toLowerCase()]!
  const parameters = parametersOf(match[4] ?? '', options.properties ?? {})
  const username = options.username ?? parameters.get('user') ?? (name === 'mysql' ? 'root' : '')
  const server: DatabaseServer = {
    ...addressOf(match[2]!, port, url),
    database: decode(match[3] ?? '') || (database ?? (name === 'mysql' ? '' : username)),
    username,
    password: options.password ?? parameters.get('password') ?? '',
    tlsMode: tlsModeOf(parameters),
    allowPublicKeyRetrieval: parameters.get('allowpublickeyretrieval') === 'true',
    parameters: name === 'postgresql' ? sessionParametersOf(parameters) : {},
    connectTimeoutMs: options.connection_check_timeout_sec * 1000,
  }
  return { dialect: name, server }
}

/** The database as messages name it, without user and password. */
export const describeTarget = (target: Target): string =>
  target.dialect === 'sqlite'
    ? `SQLite file ${target.file.path}`
    : `${target.dialect === 'mysql' ? 'MySQL' : 'PostgreSQL'} ` +
      `${target.server.hostname}:${target.server.port}/${target.server.database}`

const unsupportedUrl = (url: string): EngineError =>
  new EngineError(
    'JDB-001',
    `The URL "${withoutSecrets(url)}" names no database that Tidegate reads: ` +
      'write jdbc:postgresql://host:port/db, jdbc:mysql://host:port/db, ' +
      'jdbc:mariadb://host:port/db or jdbc:sqlite:/path/file.db.',
  )

const withoutSecrets = (url: string): string =>
  url.replace(/\?.*$/s, '').replace(/\/\/[^/]*@/, '//')

/** Names in lower case: drivers differ in how they write them. Properties win over the URL. */
const parametersOf = (
  query: string,
  properties: { readonly [name: string]: string },
): ReadonlyMap<string, string> => {
  const pairs = [...new URLSearchParams(query), ...Object.entries(properties)]
  return new Map(pairs.map(([name, value]) => [name.toLowerCase(), value]))
}

const addressOf = (
  text: string,
  defaultPort: number,
  url: string,
): { hostname: string; port: number } => {
  const first = text.split(',')[0]!
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(first)
  if (match === null) throw unsupportedUrl(url)
  const hostname = match[1]!.replace(/^\[|\]$/g, '')
  return { hostname: hostname || 'localhost', port: Number(match[2] ?? defaultPort) }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `sslmode` (PostgreSQL), `sslMode`, `useSSL` and `requireSSL` (MySQL) as one mode. */
const tlsModeOf = (parameters: ReadonlyMap<string, string>): string => {
  const mode = parameters.get('sslmode')?.toLowerCase().replace('_', '-')
  if (mode !== undefined) {
    const names: { readonly [mode: string]: string } = {
      disabled: 'disable',
      preferred: 'prefer',
      required: 'require',
      'verify-identity': 'verify-full',
    }
    return names[mode] ?? mode
  }
  const isOn = ['ssl', 'usessl', 'requiressl'].some((name) => parameters.get(name) === 'true')
  return isOn ? 'require' : 'disable'
}

const sessionParametersOf = (parameters: ReadonlyMap<string, string>): Record<string, string> => {
  const schema = parameters.get('currentschema')
  const options = parameters.get('options')
  return {
    application_name: parameters.get('applicationname') ?? 'tidegate',
    ...(schema === undefined ? {} : { search_path: schema }),
    ...(options === undefined ? {} : { options }),
  }
}
