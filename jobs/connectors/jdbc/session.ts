import { EngineError } from '../../../runtime/errors/index.ts'
import { DatabaseError, type DatabaseConnection, type Host } from '../../../runtime/host/index.ts'
import type { Dialect } from './dialects/dialect.ts'
import { mysql } from './dialects/mysql.ts'
import { postgres } from './dialects/postgres.ts'
import { sqlite } from './dialects/sqlite.ts'
import { TWO_PHASE, type TwoPhase } from './dialects/twoPhase.ts'
import { describeTarget, type DialectName, type Target } from './urls.ts'

const DIALECTS: { readonly [name in DialectName]: Dialect } = {
  postgresql: postgres,
  mysql,
  sqlite,
}

/** A database and how to talk to it. */
export interface Session {
  readonly target: Target
  readonly dialect: Dialect
  readonly twoPhase: TwoPhase
  readonly connection: DatabaseConnection
}

export const dialectOf = (target: Target): Dialect => DIALECTS[target.dialect]

/** Connects; rejects with JDB-002 or JDB-003. The caller closes the connection. */
export const openSession = async (host: Host, target: Target): Promise<Session> => {
  const dialect = dialectOf(target)
  const connection = await translated(target, () => dialect.connect(host, target))
  return { target, dialect, twoPhase: TWO_PHASE[target.dialect], connection }
}

/** Runs `use` with a session that is closed afterwards. */
export const withSession = async <Result>(
  host: Host,
  target: Target,
  use: (session: Session) => Promise<Result>,
): Promise<Result> => {
  const session = await openSession(host, target)
  try {
    return await translated(target, () => use(session))
  } finally {
    await session.connection.close()
  }
}

/** Runs `step`; what the database refuses becomes an error that a user can act on. */
export const translated = async <Result>(
  target: Target,
  step: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await step()
  } catch (error) {
    throw error instanceof DatabaseError ? engineErrorOf(target, error) : error
  }
}

const engineErrorOf = (target: Target, error: DatabaseError): EngineError => {
  const place = describeTarget(target)
  switch (error.failure) {
    case 'unreachable':
      return new EngineError('JDB-002', `${place} cannot be reached: ${error.message}.`, {
        retry: 'reconnect',
        cause: error,
      })
    case 'login':
      return new EngineError('JDB-003', `${place} refused the login: ${error.message}.`, {
        cause: error,
      })
    case 'statement':
      return new EngineError('JDB-004', `${place} refused a statement: ${error.message}.`, {
        retry: isTransient(error) ? 'backoff' : 'never',
        cause: error,
      })
    default:
      return error.failure satisfies never
  }
}

/** Deadlocks and serialization failures: SQLSTATE class 40, MySQL 1205 and 1213. */
const isTransient = ({ state }: DatabaseError): boolean =>
  state.startsWith('40') || state === '1205' || state === '1213'
