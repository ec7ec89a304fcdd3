import type { CodesOf } from './text.ts'

/** JDB: databases. */
export const DATABASE_CODES = {
  'JDB-001': {
    what: 'A JDBC URL or an option beside it cannot be used.',
    action: 'Write the URL of a PostgreSQL, MySQL, MariaDB or SQLite database.',
  },
  'JDB-002': {
    what: 'The database cannot be reached, or the connection was lost.',
    action: 'Check that it runs and that the address is right; the job goes on when it is back.',
  },
  'JDB-003': {
    what: 'The database refused the login.',
    action: 'Check user, password and the name of the database.',
  },
  'JDB-004': {
    what: 'The database refused a statement.',
    action: 'Read its message; correct the query, the table or the rows.',
  },
  'JDB-005': { what: 'A table or column is not there.', action: 'Check its name and place.' },
  'JDB-006': {
    what: 'A value of the database has no form in a job.',
    action: 'Cast it to text in the query.',
  },
  'JDB-007': {
    what: 'The database is not set up for two-phase commit.',
    action: 'Set it up as the message says, or set is_exactly_once = false.',
  },
  'JDB-008': {
    what: 'A save mode forbids to start.',
    action: 'Create or empty the table, or choose another save mode.',
  },
  'JDB-009': {
    what: 'The rows before the saved position are not the same any more.',
    action: 'Start the job anew, or read a table with a primary key.',
  },
  'JDB-010': {
    what: 'A row updates or deletes, and nothing says which one.',
    action: 'Set primary_keys, or filter such rows out.',
  },
} as const satisfies CodesOf<'JDB'>
