import { option, type OptionsOf } from '../../options/index.ts'

const connection = {
  url: option.string({
    required: true,
    description:
      'The database: jdbc:postgresql://host:port/db, jdbc:mysql://host:port/db, ' +
      'jdbc:mariadb://host:port/db or jdbc:sqlite:/path/file.db.',
    example: 'jdbc:postgresql://localhost:5432/shop',
  }),
  driver: option.string({
    description: 'The class of a Java driver. Accepted and not needed: the URL names the database.',
    example: 'org.postgresql.Driver',
  }),
  username: option.string({ description: 'The user to log in as.', aliases: ['user'] }),
  password: option.string({ description: 'The password of the user.', secret: true }),
  dialect: option.string({ description: 'Accepted; the URL decides.', advanced: true }),
  compatible_mode: option.string({ description: 'Accepted; not needed.', advanced: true }),
  connection_check_timeout_sec: option.integer({
    description: 'Seconds to wait for a connection.',
    defaultValue: 30,
    minimum: 1,
  }),
  properties: option.map(
    option.string({ description: 'The value of a property.', required: true }),
    {
      description: 'Properties of the connection; they win over those in the URL.',
      advanced: true,
    },
  ),
}

const tableItem = {
  table_path: option.string({ description: 'The table.', example: 'shop.public.orders' }),
  query: option.string({ description: 'Reads this instead of the whole table.' }),
  partition_column: option.string({ description: 'The column to split by.' }),
  partition_num: option.integer({ description: 'The number of splits.', minimum: 1 }),
  partition_lower_bound: option.string({ description: 'The lowest value to read.' }),
  partition_upper_bound: option.string({ description: 'The highest value to read.' }),
  use_select_count: option.boolean({ description: 'Accepted.', advanced: true }),
  skip_analyze: option.boolean({ description: 'Accepted.', advanced: true }),
  use_regex: option.boolean({ description: 'table_path is a regular expression.' }),
}

export const JDBC_SOURCE_OPTIONS = {
  ...connection,
  query: option.string({ description: 'The SELECT to read.' }),
  database: option.string({ description: 'With `table`: another way to write table_path.' }),
  table: option.string({ description: 'With `database`: the table to read.' }),
  table_path: option.string({
    description: 'The table to read: database.table, or database.schema.table for PostgreSQL.',
  }),
  table_list: option.list(option.object(tableItem, { description: 'A table.', required: true }), {
    description: 'Several tables to read.',
  }),
  where_condition: option.string({
    description: 'A filter for every table and query; it starts with `where`.',
    example: 'where id > 100',
  }),
  partition_column: option.string({
    description: 'The column to split by; without it the primary key or a unique index is taken.',
  }),
  partition_lower_bound: option.string({
    description: 'The lowest value of the column to read; asked from the table when not set.',
  }),
  partition_upper_bound: option.string({
    description: 'The highest value of the column to read; asked from the table when not set.',
  }),
  partition_num: option.integer({
    description: 'The number of splits; without it split.size decides.',
    minimum: 1,
  }),
  fetch_size: option.integer({
    description: 'Rows to fetch at once where the database is read in pages; 0 takes 8192.',
    defaultValue: 0,
    minimum: 0,
  }),
  'split.size': option.integer({
    description: 'How many rows a split should have.',
    defaultValue: 8096,
    minimum: 1,
  }),
  'split.even-distribution.factor.lower-bound': option.number({
    description: 'Splits are cut evenly when (max - min + 1) / rows is at least this.',
    defaultValue: 0.05,
    advanced: true,
  }),
  'split.even-distribution.factor.upper-bound': option.number({
    description: 'Splits are cut evenly when (max - min + 1) / rows is at most this.',
    defaultValue: 100,
    advanced: true,
  }),
  'split.sample-sharding.threshold': option.integer({
    description: 'From how many splits on an uneven column is sampled instead of walked through.',
    defaultValue: 1000,
    advanced: true,
  }),
  'split.inverse-sampling.rate': option.integer({
    description: 'One of how many rows is sampled.',
    defaultValue: 1000,
    minimum: 1,
    advanced: true,
  }),
  'split.string_split_mode': option.string({
    description: 'How a text column is split.',
    defaultValue: 'sample',
    values: ['sample', 'charset_based'],
    advanced: true,
  }),
  use_select_count: option.boolean({
    description: 'Counts rows exactly instead of asking the statistics of the database.',
    defaultValue: false,
    advanced: true,
  }),
  skip_analyze: option.boolean({
    description: 'Accepted; statistics are never renewed.',
    defaultValue: false,
    advanced: true,
  }),
  use_regex: option.boolean({
    description: 'table_path is a regular expression over all table paths of the database.',
    defaultValue: false,
  }),
  decimal_type_narrowing: option.boolean({
    description: 'Accepted; it concerns Oracle only.',
    defaultValue: true,
    advanced: true,
  }),
  int_type_narrowing: option.boolean({
    description: 'MySQL: tinyint(1) is read as boolean.',
    defaultValue: true,
    advanced: true,
  }),
  handle_blob_as_string: option.boolean({
    description: 'Reads binary columns as text in UTF-8.',
    defaultValue: false,
    advanced: true,
  }),
}

export type JdbcSourceOptions = OptionsOf<typeof JDBC_SOURCE_OPTIONS>

export const SCHEMA_SAVE_MODES = [
  'RECREATE_SCHEMA',
  'CREATE_SCHEMA_WHEN_NOT_EXIST',
  'ERROR_WHEN_SCHEMA_NOT_EXIST',
  'IGNORE',
] as const

export const DATA_SAVE_MODES = [
  'DROP_DATA',
  'APPEND_DATA',
  'CUSTOM_PROCESSING',
  'ERROR_WHEN_DATA_EXISTS',
] as const

export const JDBC_SINK_OPTIONS = {
  ...connection,
  query: option.string({
    description: 'The statement for each row, with a ? for each column in order.',
    example: 'INSERT INTO people (id, name) VALUES (?, ?)',
  }),
  database: option.string({ description: 'The database of the table that is written.' }),
  table: option.string({
    description: 'The table that is written; may hold ${table_name}, ${schema_name} and others.',
  }),
  generate_sink_sql: option.boolean({
    description: 'Statements are made from `database` and `table`.',
    defaultValue: false,
  }),
  primary_keys: option.list(option.string({ description: 'A column.', required: true }), {
    description: 'The key for upserts, updates and deletes; the key of the table when not set.',
  }),
  support_upsert_by_query_primary_key_exist: option.boolean({
    description: 'Accepted; all three databases can upsert.',
    defaultValue: false,
    advanced: true,
  }),
  multi_table_sink_replica: option.integer({
    description: 'Accepted.',
    defaultValue: 1,
    advanced: true,
  }),
  batch_size: option.integer({
    description: 'Rows are sent when this many wait, or at a checkpoint.',
    defaultValue: 1000,
    minimum: 1,
  }),
  batch_interval_ms: option.integer({ description: 'Accepted.', advanced: true }),
  max_retries: option.integer({
    description: 'How often a failed batch is sent again; not with is_exactly_once.',
    defaultValue: 0,
    minimum: 0,
  }),
  is_exactly_once: option.boolean({
    description: 'Rows become visible with the checkpoint, through two-phase commit.',
    defaultValue: false,
  }),
  xa_data_source_class_name: option.string({ description: 'Accepted.', advanced: true }),
  max_commit_attempts: option.integer({
    description: 'How often a commit is tried.',
    defaultValue: 3,
    minimum: 1,
  }),
  transaction_timeout_sec: option.integer({
    description: 'Accepted; transactions do not time out by themselves.',
    defaultValue: -1,
    advanced: true,
  }),
  auto_commit: option.boolean({
    description: 'Accepted; each batch is committed on its own unless is_exactly_once is on.',
    defaultValue: true,
    advanced: true,
  }),
  enable_upsert: option.boolean({
    description: 'A row whose key is there replaces it; false inserts only, which is faster.',
    defaultValue: true,
  }),
  use_copy_statement: option.boolean({
    description: 'PostgreSQL: rows are sent by COPY. Plain inserts are, in any case.',
    defaultValue: false,
  }),
  create_index: option.boolean({
    description: 'A table that is created gets its primary key and indexes.',
    defaultValue: true,
  }),
  field_ide: option.string({
    description: 'The case of column names in the table.',
    values: ['ORIGINAL', 'UPPERCASE', 'LOWERCASE'],
    defaultValue: 'ORIGINAL',
  }),
  schema_save_mode: option.string({
    description: 'What happens to the table when the job starts.',
    values: SCHEMA_SAVE_MODES,
    defaultValue: 'CREATE_SCHEMA_WHEN_NOT_EXIST',
  }),
  data_save_mode: option.string({
    description: 'What happens to the rows in the table when the job starts.',
    values: DATA_SAVE_MODES,
    defaultValue: 'APPEND_DATA',
  }),
  custom_sql: option.string({
    description: 'The statements for data_save_mode CUSTOM_PROCESSING.',
  }),
}

export type JdbcSinkOptions = OptionsOf<typeof JDBC_SINK_OPTIONS>
