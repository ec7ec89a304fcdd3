/** What a code means: one sentence for what happened, one for what to do. */
export interface ErrorCodeText {
  readonly what: string
  readonly action: string
}

/**
 * Every code that Tidegate reports, by area:
 * HST host and disk, CFG configuration and job files, PLN plan, ROW rows and types, SQL expressions,
 * CON any connector, FIL files, JDB databases, HTP HTTP, AST assertions, TRF transforms,
 * ENG engine, CKP checkpoints, CLI command line, NET members.
 */
export const ERROR_CODES = {
  'HST-001': {
    what: 'A file or folder does not exist.',
    action: 'Check the path; relative paths are resolved from the working directory.',
  },
  'HST-002': {
    what: 'Access to a file or folder was refused.',
    action: 'Grant the permission to the user that runs Tidegate.',
  },
  'HST-003': {
    what: 'The disk is full.',
    action: 'Free space, or write to another disk; nothing half-written is visible.',
  },
  'HST-004': { what: 'The disk reported an error.', action: 'See the detail; check the device.' },
  'HST-005': {
    what: 'A network address cannot be reached.',
    action: 'Check that the address is right and that something listens there.',
  },
  'HST-006': {
    what: 'A network address cannot be listened on.',
    action: 'Choose another port, or stop the process that holds it.',
  },
  'CFG-001': { what: 'The text cannot be parsed.', action: 'Correct it at the place shown.' },
  'CFG-002': { what: 'An option is unknown.', action: 'Correct its name or remove it.' },
  'CFG-003': { what: 'A required option is missing.', action: 'Add it.' },
  'CFG-004': { what: 'An option has a value of the wrong type.', action: 'Correct the value.' },
  'CFG-005': {
    what: 'An option has a value that is not allowed.',
    action: 'Use one of those named.',
  },
  'ROW-001': {
    what: 'A type is unknown or malformed.',
    action: 'Use one of the documented types.',
  },
  'ROW-002': { what: 'A value does not fit its type.', action: 'Correct the value or the type.' },
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
  'PLN-001': {
    what: 'The graph of the job is not valid.',
    action: 'Correct the inputs and outputs.',
  },
  'PLN-002': { what: 'A connector or transform is unknown.', action: 'See `list`.' },
  'ENG-001': {
    what: 'Tidegate itself failed.',
    action: 'This is a bug: report it with the text below.',
  },
  'ENG-002': { what: 'The job was cancelled.', action: 'Start it again when you want it to run.' },
  'CLI-001': { what: 'The command line is not valid.', action: 'See `--help`.' },
} as const satisfies Record<string, ErrorCodeText>

export type ErrorCode = keyof typeof ERROR_CODES
