import { EngineError } from '../../../../runtime/errors/index.ts'
import { DatabaseError, type DatabaseConnection } from '../../../../runtime/host/index.ts'
import type { DialectName } from '../urls.ts'
import type { TransactionName } from './dialect.ts'
import { postgresString } from './postgresTexts.ts'
import {
  beginJournal,
  commitJournal,
  endJournal,
  listJournal,
  rollbackJournal,
} from './sqliteJournal.ts'

/**
 * What came of the end of a prepared transaction: `ended` now, `unknown` because it was ended
 * before, or still `held` by the connection that prepared it and closes.
 */
export type Ending = 'ended' | 'unknown' | 'held'

/** Transactions that are prepared by one connection and committed by another, maybe later. */
export interface TwoPhase {
  /** Throws JDB-007 when the database is not set up for it. */
  check(connection: DatabaseConnection): Promise<void>
  begin(connection: DatabaseConnection, name: TransactionName): Promise<void>
  /** After it the transaction survives a crash. */
  prepare(connection: DatabaseConnection, name: TransactionName): Promise<void>
  /** Whether the connection must be closed for another one to commit what it prepared. */
  readonly closesAfterPrepare: boolean
  /** Whether the connection that prepared it is still there, where that one must be closed. */
  isHeld(connection: DatabaseConnection, name: TransactionName): Promise<boolean>
  /** Leaves a transaction that was not prepared. */
  abandon(connection: DatabaseConnection, name: TransactionName): Promise<void>
  commit(connection: DatabaseConnection, name: TransactionName): Promise<Ending>
  rollback(connection: DatabaseConnection, name: TransactionName): Promise<Ending>
  /** What is prepared of a sink of a job. */
  list(connection: DatabaseConnection, group: string): Promise<readonly TransactionName[]>
}

const identifier = ({ group, branch }: TransactionName): string =>
  postgresString(`${group}:${branch}`)

/** SQLSTATE undefined_object: no prepared transaction of that name. */
const POSTGRES_UNKNOWN = '42704'

const endPostgres = async (
  connection: DatabaseConnection,
  verb: string,
  name: TransactionName,
): Promise<Ending> => {
  try {
    await connection.script(`${verb} ${identifier(name)}`)
    return 'ended'
  } catch (error) {
    if (error instanceof DatabaseError && error.state === POSTGRES_UNKNOWN) return 'unknown'
    throw error
  }
}

const postgres: TwoPhase = {
  check: async (connection) => {
    const { rows } = await connection.query('SHOW max_prepared_transactions')
    if (Number(rows[0]?.[0]) > 0) return
    throw new EngineError(
      'JDB-007',
      'is_exactly_once needs prepared transactions, and this PostgreSQL has ' +
        'max_prepared_transactions = 0: set it to at least the parallelism of the sink and restart ' +
        'the server.',
    )
  },
  begin: (connection) => connection.script('BEGIN'),
  prepare: (connection, name) => connection.script(`PREPARE TRANSACTION ${identifier(name)}`),
  closesAfterPrepare: false,
  isHeld: async () => false,
  abandon: (connection) => connection.script('ROLLBACK'),
  commit: (connection, name) => endPostgres(connection, 'COMMIT PREPARED', name),
  rollback: (connection, name) => endPostgres(connection, 'ROLLBACK PREPARED', name),
  list: async (connection, group) => {
    const { rows } = await connection.query(
      `SELECT gid FROM pg_prepared_xacts
       WHERE database = current_database() AND left(gid, length($1::text)) = $1::text`,
      [`${group}:`],
    )
    return rows.map(([gid]) => ({ group, branch: String(gid).slice(group.length + 1) }))
  },
}

const xid = ({ group, branch }: TransactionName): string =>
  `${postgresString(group)}, ${postgresString(branch)}`

/** A lock that the connection of a transaction has until it ends; at most 64 characters. */
const userLock = ({ branch }: TransactionName): string => postgresString(`tidegate:${branch}`)

/** ER_XAER_NOTA: no transaction of that name, or one that its connection still holds. */
const MYSQL_UNKNOWN = '1397'

const endMysql = async (
  connection: DatabaseConnection,
  verb: string,
  name: TransactionName,
): Promise<Ending> => {
  try {
    await connection.script(`${verb} ${xid(name)}`)
    return 'ended'
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.state !== MYSQL_UNKNOWN) throw error
    const prepared = await mysql.list(connection, name.group)
    return prepared.some(({ branch }) => branch === name.branch) ? 'held' : 'unknown'
  }
}

const mysql: TwoPhase = {
  check: async () => {},
  begin: async (connection, name) => {
    await connection.script(`DO GET_LOCK(${userLock(name)}, 0)`)
    await connection.script(`XA START ${xid(name)}`)
  },
  prepare: async (connection, name) => {
    await connection.script(`XA END ${xid(name)}`)
    await connection.script(`XA PREPARE ${xid(name)}`)
  },
  closesAfterPrepare: true,
  isHeld: async (connection, name) => {
    const { rows } = await connection.query(`SELECT IS_FREE_LOCK(${userLock(name)})`)
    return Number(rows[0]?.[0]) === 0
  },
  abandon: async (connection, name) => {
    await connection.script(`XA END ${xid(name)}`)
    await connection.script(`XA ROLLBACK ${xid(name)}`)
  },
  commit: (connection, name) => endMysql(connection, 'XA COMMIT', name),
  rollback: (connection, name) => endMysql(connection, 'XA ROLLBACK', name),
  list: async (connection, group) => {
    const { rows } = await connection.query('XA RECOVER')
    return rows.flatMap(([, groupLength, branchLength, data]) => {
      const text = typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString()
      const from = Number(groupLength)
      if (text.slice(0, from) !== group) return []
      return [{ group, branch: text.slice(from, from + Number(branchLength)) }]
    })
  },
}

const sqlite: TwoPhase = {
  check: async () => {},
  begin: beginJournal,
  prepare: async (connection) => endJournal(connection),
  closesAfterPrepare: false,
  isHeld: async () => false,
  abandon: async (connection, name) => {
    endJournal(connection)
    await rollbackJournal(connection, name)
  },
  commit: async (connection, name) =>
    (await commitJournal(connection, name)) ? 'ended' : 'unknown',
  rollback: async (connection, name) => {
    await rollbackJournal(connection, name)
    return 'ended'
  },
  list: listJournal,
}

export const TWO_PHASE: { readonly [name in DialectName]: TwoPhase } = {
  postgresql: postgres,
  mysql,
  sqlite,
}
