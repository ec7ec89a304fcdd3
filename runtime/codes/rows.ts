import type { CodesOf } from './text.ts'

/** ROW, SQL, TRF: rows and types, SQL expressions and transforms. */
export const ROW_CODES = {
  'ROW-001': {
    what: 'A type is unknown or malformed.',
    action: 'Use one of the documented types.',
  },
  'ROW-002': { what: 'A value does not fit its type.', action: 'Correct the value or the type.' },
  'ROW-003': {
    what: 'A date or time pattern is not valid.',
    action: 'Write it in the letters of Java, for instance yyyy-MM-dd HH:mm:ss.',
  },
  'SQL-001': {
    what: 'A query or expression is not valid SQL.',
    action: 'Correct it at the place shown, which counts lines and columns inside the query.',
  },
  'SQL-002': {
    what: 'A query uses SQL that is not supported.',
    action: 'Write one SELECT over one table, with expressions and WHERE.',
  },
  'SQL-003': { what: 'A column does not exist.', action: 'Use a column of the input table.' },
  'SQL-004': { what: 'A function does not exist.', action: 'Correct its name.' },
  'SQL-005': {
    what: 'Types do not fit together.',
    action: 'Convert a value with CAST, or correct the arguments.',
  },
  'SQL-006': {
    what: 'An expression cannot be computed for a row.',
    action: 'Correct the row, guard it with CASE, use TRY_CAST, or skip rows that fail.',
  },
  'TRF-001': {
    what: 'A transform names a column that does not exist.',
    action: 'Use a column of the input table.',
  },
  'TRF-002': {
    what: 'The options of a transform do not fit together or the table.',
    action: 'Correct the options.',
  },
  'TRF-003': {
    what: 'A row was rejected by a transform.',
    action: 'Correct the row, or set row_error_handle_way to SKIP or ROUTE_TO_TABLE.',
  },
} as const satisfies CodesOf<'ROW' | 'SQL' | 'TRF'>
