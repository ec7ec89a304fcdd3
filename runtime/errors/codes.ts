/** What a code means: one sentence for what happened, one for what to do. */
export interface ErrorCodeText {
  readonly what: string
  readonly action: string
}

/**
 * Every code that Tidegate reports, by area:
 * HST host and disk, CFG configuration and job files, PLN plan, ROW rows and types, SQL expressions,
 * CON any connector, FIL files, JDB databases, HTP HTTP, AST assertions, TRF transforms,
 * ENG engine, CKP checkpoints, CLI command line, NET members, JOB jobs on a cluster,
 * API members over HTTP.
 * PIP pipelines in TypeScript,
 * ENG engine, CKP checkpoints, CLI command line, NET members, API members over HTTP.
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
  'HST-007': {
    what: 'The process holds more memory than it may.',
    action: 'Raise tidegate.memory-limit-megabytes, or see in the heap snapshot what holds it.',
  },
  'HST-008': {
    what: 'An object store refused, or did not answer.',
    action: 'Check the endpoint, the bucket and the keys; see the detail.',
  },
  'CFG-001': { what: 'The text cannot be parsed.', action: 'Correct it at the place shown.' },
  'CFG-002': { what: 'An option is unknown.', action: 'Correct its name or remove it.' },
  'CFG-003': { what: 'A required option is missing.', action: 'Add it.' },
  'CFG-004': { what: 'An option has a value of the wrong type.', action: 'Correct the value.' },
  'CFG-005': {
    what: 'An option has a value that is not allowed.',
    action: 'Use one of those named.',
  },
  'CFG-006': {
    what: 'A substitution has no value.',
    action: 'Set it in the text, with `-i`, or in the environment.',
  },
  'CFG-007': {
    what: 'A file cannot be included.',
    action: 'Correct its name; names are relative to the including file.',
  },
  'CFG-008': {
    what: 'A schema block is malformed.',
    action: 'Correct it: `fields { name = type }`, or `columns` with a name and a type each.',
  },
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
  'PLN-001': {
    what: 'The graph of the job is not valid.',
    action: 'Correct the inputs and outputs.',
  },
  'PLN-003': {
    what: 'The tables that flow into a plugin do not fit it.',
    action: 'Correct the columns named, or what the plugin reads from.',
  },
  'PLN-002': { what: 'A connector or transform is unknown.', action: 'See `list`.' },
  'FIL-001': {
    what: 'A file is not of the format that the job names.',
    action: 'Correct the file, or the format, encoding or compression in the job.',
  },
  'FIL-002': {
    what: 'A row of a file is too long.',
    action: 'Check the row delimiter, the quotes and the format.',
  },
  'FIL-003': {
    what: 'A row of a file cannot be read.',
    action: 'Correct the row, or let the job skip or route such rows.',
  },
  'FIL-004': {
    what: 'A file is truncated or damaged.',
    action: 'Write the file again.',
  },
  'FIL-005': {
    what: 'A file format, codec or encoding is not supported here.',
    action: 'Use one of those named.',
  },
  'FIL-006': {
    what: 'No file matches.',
    action: 'Check the path and the filters.',
  },
  'FIL-007': {
    what: 'A file that was ready to be committed is gone.',
    action: 'Keep the folder of temporary files until the job has ended.',
  },
  'FIL-008': {
    what: 'The save mode does not allow what is there.',
    action: 'Empty the folder, or choose another save mode.',
  },
  'FIL-009': {
    what: 'A type cannot be held by the file format.',
    action: 'Convert the column with a transform, or choose another format.',
  },
  'CKP-001': {
    what: 'A stored checkpoint is damaged.',
    action: 'Restore the file from a backup, or start the job anew without `--restore`.',
  },
  'CKP-002': {
    what: 'A stored checkpoint was written by another version.',
    action: 'Restore it with the version that wrote it.',
  },
  'CKP-003': {
    what: 'A checkpoint did not complete in time.',
    action: 'Raise `checkpoint.timeout`, or find the sink or source that does not keep up.',
  },
  'CKP-004': {
    what: 'There is nothing to restore.',
    action: 'Check the job id and the checkpoint folder, or start without `--restore`.',
  },
  'CKP-005': {
    what: 'A checkpoint that a job needs to go on is lost.',
    action:
      'Restore from a savepoint that is kept elsewhere, or start the job anew; raise backup-count.',
  },
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
  'HTP-001': {
    what: 'An option of a request cannot be used.',
    action: 'Correct the URL, JSONPath or paging option that the message names.',
  },
  'HTP-002': {
    what: 'A server cannot be reached over HTTP.',
    action: 'Check the address and the network, or raise retry and the timeouts.',
  },
  'HTP-003': {
    what: 'A server answered with an error.',
    action: 'Read what it says; check URL, credentials and body.',
  },
  'HTP-004': {
    what: 'A response is not JSON.',
    action: 'Check the URL, or set format = text or enable_multi_lines = true.',
  },
  'HTP-005': {
    what: 'The paths of json_field find different numbers of values.',
    action: 'Correct the paths, or set json_filed_missed_return_null = true.',
  },
  'ENG-001': {
    what: 'Tidegate itself failed.',
    action: 'This is a bug: report it with the text below.',
  },
  'ENG-002': { what: 'The job was cancelled.', action: 'Start it again when you want it to run.' },
  'ENG-003': {
    what: 'More rows were rejected than the job allows.',
    action: 'Look at the dead letters and correct the source, or raise the budget.',
  },
  'AST-001': {
    what: 'A value broke a field rule of an Assert sink.',
    action: 'Correct the data, the transform before it, or the rule.',
  },
  'AST-002': {
    what: 'The number of rows broke a row rule of an Assert sink.',
    action: 'Correct the source or the transform, or the rule.',
  },
  'AST-003': {
    what: 'A table is not as an Assert sink expects it.',
    action: 'Correct the schema of the table, or the rule.',
  },
  'AST-004': {
    what: 'The tables that came are not those that an Assert sink names.',
    action: 'Correct the source, or table-names.',
  },
  'CON-001': {
    what: 'A test sink failed because its options ask for it.',
    action: 'Remove the option when the job shall succeed.',
  },
  'CON-003': {
    what: 'A connector needs a cluster, and the job runs in none.',
    action: 'Submit the job to a cluster, or name members of one in its options.',
  },
  'CON-004': {
    what: 'A sink cannot tell which columns are the key.',
    action: 'Name them in its options.',
  },
  'CON-002': {
    what: 'The connection of a Socket source or sink failed.',
    action: 'Check the server at the address, and start the job again.',
  },
  'NET-001': {
    what: 'Two members do not belong together.',
    action: 'Give both the same cluster-name, if they shall be one cluster.',
  },
  'NET-002': {
    what: 'A member does not know the cluster secret.',
    action: 'Configure the same secret on all members.',
  },
  'NET-003': {
    what: 'A peer broke the member protocol and was cut off.',
    action: 'Check what connects to the member port; keep strangers away from it.',
  },
  'NET-004': {
    what: 'A member did not answer in time.',
    action: 'Check that it runs and that the network between the members works.',
  },
  'NET-005': {
    what: 'The connection to a member was lost.',
    action: 'It is tried again; check the other member if this goes on.',
  },
  'NET-006': {
    what: 'A member refused a request.',
    action: 'See the detail, and the log of that member.',
  },
  'NET-007': {
    what: 'Members of one cluster are configured differently.',
    action: 'Give all the same hazelcast.partition.count, and run compatible versions.',
  },
  'JOB-001': {
    what: 'Only the active master can do this.',
    action: 'Ask any member over HTTP, which asks the active master.',
  },
  'JOB-002': {
    what: 'A job id is not valid.',
    action: 'Use 1 to 19 digits, or none and one is chosen.',
  },
  'JOB-003': {
    what: 'A job cannot be restored without its id.',
    action: 'Give `jobId`, or `restoreSourceJobId` with `restoreMode=CHECKPOINT`.',
  },
  'JOB-004': {
    what: 'The job with this id has ended.',
    action: 'Submit it under another id, or with `isStartWithSavePoint=true` to go on with it.',
  },
  'JOB-005': {
    what: 'There is nothing to restore a job from.',
    action: 'Check the job id and the checkpoint storage, or start the job anew.',
  },
  'JOB-006': {
    what: 'There is no running job with this id.',
    action: 'List the jobs; one that has ended stays in the history for a while.',
  },
  'JOB-007': {
    what: 'There are not enough free slots for a job.',
    action:
      'Start workers, end other jobs, lower the parallelism, or set job-schedule-strategy to WAIT.',
  },
  'JOB-008': {
    what: 'A job waits because this side of a split cluster may not run it.',
    action: 'It goes on when more than half of the members are together again.',
  },
  'JOB-009': {
    what: 'A job is not running as a whole, so no savepoint can be taken.',
    action: 'Try again when all its tasks run, or stop it without a savepoint.',
  },
  'JOB-010': { what: 'A job was cancelled.', action: 'Submit it again when it shall run.' },
  'JOB-011': {
    what: 'Another master has taken over the jobs.',
    action: 'Nothing has to be done: they go on there.',
  },
  'GRD-050': {
    what: 'A client reaches no member of its cluster.',
    action: 'Check that members run, and the addresses and the cluster name that the client has.',
  },
  'GRD-051': {
    what: 'The grid is closed, or not there for a moment.',
    action: 'Try again; connect or join anew where it was closed.',
  },
  'GRD-052': {
    what: 'Too many calls to the grid are under way.',
    action: 'Try again a little later, or have fewer under way at once.',
  },
  'GRD-053': {
    what: 'The grid was asked for something that cannot be.',
    action: 'Correct what the message names.',
  },
  'JOB-020': {
    what: 'The connection between two tasks of a job broke.',
    action:
      'The pipeline is started again from its last checkpoint; check the workers and the network.',
  },
  'JOB-021': {
    what: 'A worker that ran tasks of a job is gone.',
    action: 'The pipeline is started again on other workers; start the worker again.',
  },
  'JOB-022': {
    what: 'The tasks of a running pipeline could not be taken over as they were.',
    action: 'The pipeline is started again from its last checkpoint.',
  },
  'JOB-040': {
    what: 'Saved state would be lost, because no operator of the job takes it.',
    action:
      'Keep the plugin_output and plugin names of the operators, or allow it to be dropped with `allowOrphanedState`.',
  },
  'GRD-030': {
    what: 'A queue or topic is full.',
    action: 'Try again later, wait for room with `put`, or give it more room in its settings.',
  },
  'GRD-031': {
    what: 'A list has no such index.',
    action: 'Ask for its size first; somebody else may have removed items meanwhile.',
  },
  'GRD-032': {
    what: 'An item of a ringbuffer is gone.',
    action: 'Read on from its head sequence; give it more capacity if readers fall behind.',
  },
  'GRD-033': {
    what: 'A lock is not held with this fence.',
    action: 'What it protected may have a new owner: lock again before going on.',
  },
  'GRD-034': {
    what: 'A structure of the grid cannot take what it was given.',
    action: 'See the message for what it takes.',
  },
  'GRD-035': {
    what: 'No ids can be made at this time of the clock.',
    action: 'Set the clock of the machine.',
  },
  'GRD-036': {
    what: 'A listener of a reliable topic missed messages.',
    action:
      'Listen again from the oldest message, make it loss-tolerant, or give the ringbuffer more capacity.',
  },
  'GRD-010': {
    what: 'A key or value of a map is null.',
    action: 'Give one; to take an entry away, use `remove` or `delete`.',
  },
  'GRD-011': {
    what: 'A key of a map stayed locked by another for too long.',
    action: 'Try again, hold locks for a shorter time, or take them with a lease.',
  },
  'GRD-012': {
    what: 'A lock cannot be given back by one who does not hold it.',
    action: 'Unlock with the member or client, and the lock context, that took the lock.',
  },
  'GRD-013': {
    what: 'An argument of a call on a map makes no sense.',
    action: 'Correct it as the message says.',
  },
  'GRD-014': {
    what: 'An entry processor of a map is missing or failed.',
    action: 'Register it by its name on every data member, and let it neither throw nor wait.',
  },
  'GRD-015': {
    what: 'A map has no event journal.',
    action: 'Set event-journal.enabled for the map on all members.',
  },
  'GRD-020': {
    what: 'A predicate, projection or aggregation makes no sense.',
    action: 'Correct it as the message says.',
  },
  'GRD-001': {
    what: 'The grid did not answer in time.',
    action: 'Check that the members run and reach each other; try again.',
  },
  'GRD-002': {
    what: 'An operation may or may not have run: its answer was lost.',
    action: 'Look at the state before trying again; what may run twice can be tried again at once.',
  },
  'GRD-003': {
    what: 'No member of the cluster holds data.',
    action: 'Start a member with the role `master` or `master_and_worker`.',
  },
  'GRD-004': {
    what: 'This side of a split has no majority of the masters, so it must not answer.',
    action: 'Restore the network between the members, or start the masters that are missing.',
  },
  'API-001': {
    what: 'The HTTP port would be open to other machines without credentials.',
    action:
      'Configure a user with a password or a token, listen on 127.0.0.1, or set `insecure: true`.',
  },
  'API-002': {
    what: 'A member did not answer over HTTP, or refused.',
    action: 'Check that it runs, its `--url` and the credentials.',
  },
  'API-003': {
    what: 'The cluster does not know a job.',
    action: 'See `tidegate list jobs`; jobs that ended long ago are forgotten.',
  },
  'CLI-001': { what: 'The command line is not valid.', action: 'See `--help`.' },
  'CLI-002': {
    what: 'The mode of the command line does not fit.',
    action: 'Use -m local to run a job in this process, -m cluster to give it to a cluster.',
  },
  'CLI-003': {
    what: 'A member could not be started or stopped by itself.',
    action: 'See the detail and the log file of the member.',
  },
  'CLI-004': {
    what: 'The cluster on this machine could not be started.',
    action: 'See what the members wrote above.',
  },
  'GRD-005': {
    what: 'A value cannot be kept in the grid, or not be read from it.',
    action: 'Use values that the documentation of the grid names.',
  },
  'GRD-006': {
    what: 'A member has no memory for more data of the grid.',
    action: 'Add members, limit maps with `eviction`, or give the machine more memory.',
  },
  'PIP-001': {
    what: 'A module holds no pipeline.',
    action: 'Export it as the default: export default pipeline()…writeTo(…).',
  },
  'PIP-003': {
    what: 'The code of a job cannot be bundled.',
    action: 'Correct it at the place shown; what it imports must be installed beside it.',
  },
  'PIP-004': {
    what: 'The module of a job takes too long to load.',
    action: 'Do work in the functions of stages, not at the top of the module.',
  },
  'PIP-005': {
    what: 'The code of a job is too long.',
    action: 'Leave out packages that it does not need; what it reads can be beside it.',
  },
  'PIP-006': {
    what: 'The code of a job is not in the grid.',
    action: 'Submit the job again with its code.',
  },
  'PIP-007': {
    what: 'A stage of a job does not come back.',
    action: 'Look for a loop that does not end; long work belongs into many short calls.',
  },
  'PIP-008': {
    what: 'The code of a job takes too much memory.',
    action: 'Keep less in the states and variables of the stage that is named.',
  },
  'PIP-002': {
    what: 'The code of a job threw.',
    action: 'Correct the stage that is named; the place is that in the bundle.',
  },
} as const satisfies Record<string, ErrorCodeText>

export type ErrorCode = keyof typeof ERROR_CODES
