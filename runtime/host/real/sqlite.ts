import { Database, SQLiteError, type SQLQueryBindings, type Statement } from 'bun:sqlite'
import {
  DatabaseError,
  type DatabaseFile,
  type DatabaseParameter,
  type DatabaseResult,
  type DatabaseRow,
  type SqliteConnection,
} from '../database.ts'

/** Opens a SQLite file. Statements run in this thread. */
export const openSqlite = async (file: DatabaseFile): Promise<SqliteConnection> => {
  const database = guarded(
    () => new Database(file.path, { readwrite: true, create: file.create, safeIntegers: true }),
  )
  guarded(() => database.run(`PRAGMA busy_timeout = ${file.busyTimeoutMs}`))
  const query = (statement: string, parameters: readonly DatabaseParameter[]): DatabaseResult =>
    guarded(() => {
      const prepared = database.query(statement)
      const rows = prepared.values(...bindingsOf(parameters)) as DatabaseRow[]
      const columns = prepared.columnNames.map((name) => ({
        name,
        type: 0,
        table: 0,
        number: 0,
        length: 0,
        flags: 0,
      }))
      return { columns, rows: rows ?? [], count: rows?.length ?? 0 }
    })
  return {
    query: async (statement, parameters = []) => query(statement, parameters),
    script: async (statements) => {
      guarded(() => database.run(statements))
    },
    prepare: (statement) => {
      const prepared = guarded(() => database.query(statement))
      return {
        run: (parameters) => {
          guarded(() => prepared.run(...bindingsOf(parameters)))
        },
        declaredTypes: () => declaredTypesOf(prepared),
      }
    },
    close: async () => database.close(false),
  }
}

const bindingsOf = (parameters: readonly DatabaseParameter[]): SQLQueryBindings[] =>
  parameters as SQLQueryBindings[]

/** The driver knows them only once the statement has run. */
const declaredTypesOf = (prepared: Statement): readonly (string | null)[] => {
  prepared.get()
  return prepared.declaredTypes
}

const guarded = <Result>(step: () => Result): Result => {
  try {
    return step()
  } catch (error) {
    const state = error instanceof SQLiteError ? (error.code ?? '') : ''
    const message = error instanceof Error ? error.message : String(error)
    const lost = /^SQLITE_(BUSY|LOCKED)/.test(state)
    throw new DatabaseError(lost ? 'unreachable' : 'statement', state, message, error)
  }
}
