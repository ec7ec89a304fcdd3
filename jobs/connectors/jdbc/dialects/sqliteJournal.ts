import type {
  DatabaseConnection,
  DatabaseParameter,
  SqliteConnection,
} from '../../../../runtime/host/index.ts'
import type { TransactionName } from './dialect.ts'

/**
 * Two-phase commit for SQLite, which has none: what a transaction would do is written to a journal
 * table of the same file, and committing does it and removes it from the journal in one transaction
 * of SQLite. So a transaction that is not in the journal was committed before.
 */
const JOURNAL = '_tidegate_journal'

/** A statement and the parameters of each time it runs. */
export interface Execution {
  readonly statement: string
  readonly rows: readonly (readonly DatabaseParameter[])[]
}

/** The transaction that a connection writes to its journal at the moment. */
const journaled = new WeakMap<DatabaseConnection, TransactionName>()

/** Runs a statement for each row, or writes it down when the connection is in a transaction. */
export const execute = async (
  connection: DatabaseConnection,
  execution: Execution,
): Promise<void> => {
  const name = journaled.get(connection)
  if (name === undefined) run(connection, execution)
  else {
    await connection.query(
      `INSERT INTO ${JOURNAL} (job, branch, statement, parameters) VALUES (?, ?, ?, ?)`,
      [name.group, name.branch, execution.statement, JSON.stringify(execution.rows, replacer)],
    )
  }
}

const run = (connection: DatabaseConnection, { statement, rows }: Execution): void => {
  const prepared = (connection as SqliteConnection).prepare(statement)
  for (const parameters of rows) prepared.run(parameters)
}

export const beginJournal = async (
  connection: DatabaseConnection,
  name: TransactionName,
): Promise<void> => {
  await connection.script(
    `CREATE TABLE IF NOT EXISTS ${JOURNAL} (sequence INTEGER PRIMARY KEY, job TEXT NOT NULL, ` +
      'branch TEXT NOT NULL, statement TEXT NOT NULL, parameters TEXT NOT NULL)',
  )
  journaled.set(connection, name)
}

export const endJournal = (connection: DatabaseConnection): void => {
  journaled.delete(connection)
}

export const commitJournal = async (
  connection: DatabaseConnection,
  name: TransactionName,
): Promise<boolean> => {
  if (!(await hasJournal(connection))) return false
  await connection.script('BEGIN IMMEDIATE')
  try {
    const { rows } = await connection.query(
      `SELECT statement, parameters FROM ${JOURNAL} WHERE job = ? AND branch = ? ORDER BY sequence`,
      [name.group, name.branch],
    )
    for (const [statement, parameters] of rows) {
      run(connection, { statement: String(statement), rows: readParameters(String(parameters)) })
    }
    await forget(connection, name)
    await connection.script('COMMIT')
    return rows.length > 0
  } catch (error) {
    await connection.script('ROLLBACK').catch(() => undefined)
    throw error
  }
}

export const rollbackJournal = async (
  connection: DatabaseConnection,
  name: TransactionName,
): Promise<void> => {
  if (await hasJournal(connection)) await forget(connection, name)
}

export const listJournal = async (
  connection: DatabaseConnection,
  group: string,
): Promise<TransactionName[]> => {
  if (!(await hasJournal(connection))) return []
  const { rows } = await connection.query(`SELECT DISTINCT branch FROM ${JOURNAL} WHERE job = ?`, [
    group,
  ])
  return rows.map(([branch]) => ({ group, branch: String(branch) }))
}

const hasJournal = async (connection: DatabaseConnection): Promise<boolean> => {
  const { rows } = await connection.query('SELECT 1 FROM sqlite_schema WHERE name = ?', [JOURNAL])
  return rows.length > 0
}

const forget = async (connection: DatabaseConnection, name: TransactionName): Promise<void> => {
  const place = [name.group, name.branch]
  await connection.query(`DELETE FROM ${JOURNAL} WHERE job = ? AND branch = ?`, place)
}

/** JSON has no bigints and bytes: they are lists of their kind and a text. */
const replacer = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return ['integer', String(value)]
  return value instanceof Uint8Array ? ['bytes', value.toBase64()] : value
}

const readParameters = (text: string): DatabaseParameter[][] => {
  const rows = JSON.parse(text) as (string | number | boolean | null | [string, string])[][]
  return rows.map((row) =>
    row.map((value) => {
      if (!Array.isArray(value)) return value
      return value[0] === 'integer' ? BigInt(value[1]) : Uint8Array.fromBase64(value[1])
    }),
  )
}
