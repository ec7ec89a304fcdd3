import { option } from '../../options/index.ts'

/** Every format that SeaTunnel knows, so that one which is not supported here gets its own answer. */
const FORMATS = [
  'text',
  'csv',
  'json',
  'parquet',
  'xml',
  'binary',
  'orc',
  'excel',
  'markdown',
  'pdf',
  'word',
  'canal_json',
  'debezium_json',
  'maxwell_json',
] as const

const CODECS = ['none', 'lzo', 'gzip', 'snappy', 'lz4', 'zlib', 'brotli', 'zstd'] as const

const text = (description: string) => option.string({ description })
const advancedText = (description: string) => option.string({ description, advanced: true })

const name = option.string({ description: 'A column name.', required: true })

const temporalFormats = {
  date_format: text('How dates are written, for instance yyyy/MM/dd. Default: yyyy-MM-dd.'),
  datetime_format: text(
    'How timestamps are written. Default: yyyy-MM-dd HH:mm:ss, with a fraction.',
  ),
  time_format: text('How times are written. Default: HH:mm:ss, with a fraction.'),
} as const

const encoding = option.string({
  description: 'The encoding of text, csv, json and xml files, for instance gbk.',
  defaultValue: 'UTF-8',
})

/** The options of the files of one table. */
export const TABLE_OPTIONS = {
  path: option.string({
    description: 'A file, or a folder of files.',
    example: '/data/orders',
  }),
  file_format_type: option.string({
    description: 'The format of the files.',
    values: FORMATS,
    aliases: ['file_format'],
    example: 'csv',
  }),
  schema: option.any({
    description: 'The columns. Parquet files tell theirs; text without a schema is one column.',
    example: { fields: { id: 'bigint', name: 'string' } },
  }),
  read_columns: option.list(name, { description: 'Reads these columns only, in this order.' }),
  field_delimiter: option.string({
    description: 'What stands between cells: \\001 for text and a comma for csv by default.',
    aliases: ['delimiter'],
  }),
  row_delimiter: option.string({
    description: 'What ends a row of a text file.',
    defaultValue: '\n',
  }),
  parse_partition_from_path: option.boolean({
    description: 'Adds a string column for each folder called name=value.',
    defaultValue: true,
  }),
  ...temporalFormats,
  skip_header_row_number: option.integer({
    description: 'Leaves out so many lines at the start of each text or csv file.',
    defaultValue: 0,
    minimum: 0,
    maximum: 1_000_000,
  }),
  csv_use_header_line: option.boolean({
    description: 'The first line of a csv file names its cells; columns are found by these names.',
    defaultValue: false,
  }),
  quote_char: option.string({
    description: 'The character around csv cells that hold delimiters.',
    defaultValue: '"',
    advanced: true,
  }),
  escape_char: advancedText('The character before a quote inside a quoted csv cell.'),
  null_format: text('A cell of this text is null, for instance \\N.'),
  encoding,
  compress_codec: option.string({
    description: 'How text, csv and json files are compressed; parquet files tell by themselves.',
    values: CODECS,
    defaultValue: 'none',
  }),
  archive_compress_codec: option.string({
    description: 'Reads the files in zip, tar, tar_gz or gz archives.',
    values: ['none', 'zip', 'tar', 'tar_gz', 'gz'],
    defaultValue: 'none',
  }),
  file_filter_pattern: text('Reads only files whose whole name, or path, matches this expression.'),
  filename_extension: advancedText('Reads only files with this extension.'),
  file_filter_modified_start: advancedText('Reads only files changed at or after this time.'),
  file_filter_modified_end: advancedText('Reads only files changed before this time.'),
  recursive_file_scan: option.boolean({
    description: 'Reads the folders within the folder too.',
    defaultValue: true,
    advanced: true,
  }),
  enable_file_split: option.boolean({
    description:
      'Reads parts of a large text, csv or json file, or of a parquet file, in parallel.',
    defaultValue: false,
  }),
  file_split_size: option.integer({
    description: 'The size of such a part, in bytes.',
    defaultValue: 134_217_728,
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
  }),
  binary_chunk_size: option.integer({
    description: 'The bytes in one row of a binary file.',
    defaultValue: 1024,
    minimum: 1,
    maximum: 67_108_864,
    advanced: true,
  }),
  binary_complete_file_mode: option.boolean({
    description: 'Reads each binary file as one row.',
    defaultValue: false,
    advanced: true,
  }),
  xml_row_tag: advancedText('The element of an xml file that is a row.'),
  xml_use_attr_format: option.boolean({
    description: 'The cells of an xml row are attributes rather than elements.',
    advanced: true,
  }),
  sheet_name: advancedText('Only for excel, which is not supported.'),
  excel_engine: advancedText('Only for excel, which is not supported.'),
} as const

/** The options of the source. */
export const SOURCE_OPTIONS = {
  ...TABLE_OPTIONS,
  tables_configs: option.list(
    option.object(TABLE_OPTIONS, { description: 'A table.', required: true }),
    {
      description: 'Several tables, each with the options of one.',
    },
  ),
} as const

/** The options of the sink. */
export const SINK_OPTIONS = {
  path: option.string({
    description:
      'The folder for the files; may hold ${database_name}, ${schema_name}, ${table_name}.',
    required: true,
    example: '/data/out',
  }),
  tmp_path: option.string({
    description: 'The folder in which files grow until they are committed.',
    defaultValue: '/tmp/seatunnel',
  }),
  file_format_type: option.string({
    description: 'The format of the files.',
    values: FORMATS,
    defaultValue: 'csv',
    aliases: ['file_format'],
  }),
  custom_filename: option.boolean({
    description: 'Whether file_name_expression is used.',
    defaultValue: false,
  }),
  file_name_expression: option.string({
    description: 'The name of a file: ${transactionId}, ${now} and ${uuid} are filled in.',
    defaultValue: '${transactionId}',
  }),
  filename_time_format: option.string({
    description: 'How ${now} is written.',
    defaultValue: 'yyyy.MM.dd',
  }),
  filename_extension: text('Instead of the extension of the format, for instance .dat.'),
  field_delimiter: text(
    'What stands between cells: \\001 for text and a comma for csv by default.',
  ),
  row_delimiter: option.string({ description: 'What ends a row.', defaultValue: '\n' }),
  have_partition: option.boolean({
    description: 'Writes rows into folders by the columns of partition_by.',
    defaultValue: false,
  }),
  partition_by: option.list(name, { description: 'The columns that choose the folder.' }),
  partition_dir_expression: text(
    'The folder: ${k0} and ${v0} are the first column and its value. Default: ${k0}=${v0}/${k1}=${v1}/…',
  ),
  is_partition_field_write_in_file: option.boolean({
    description: 'Whether the columns of partition_by are in the files too.',
    defaultValue: false,
  }),
  sink_columns: option.list(name, { description: 'Writes these columns only, in this order.' }),
  is_enable_transaction: option.boolean({
    description: 'Whether each row is written exactly once.',
    defaultValue: true,
  }),
  batch_size: option.integer({
    description: 'The most rows in one file.',
    defaultValue: 1_000_000,
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
  }),
  single_file_mode: option.boolean({
    description:
      'One file a writer and checkpoint, whatever batch_size says, without a number in its name.',
    defaultValue: false,
  }),
  create_empty_file_when_no_data: option.boolean({
    description: 'Makes a file even when there are no rows.',
    defaultValue: false,
  }),
  compress_codec: option.string({
    description: 'How the files are compressed.',
    values: CODECS,
    defaultValue: 'none',
  }),
  encoding,
  enable_header_write: option.boolean({
    description: 'Begins each text or csv file with the names of the columns.',
    defaultValue: false,
  }),
  csv_string_quote_mode: option.string({
    description: 'Which texts of a csv file stand in quotes.',
    values: ['ALL', 'MINIMAL', 'NONE'],
    defaultValue: 'MINIMAL',
  }),
  ...temporalFormats,
  schema_save_mode: option.string({
    description: 'What happens to the folder when the job starts.',
    values: [
      'RECREATE_SCHEMA',
      'CREATE_SCHEMA_WHEN_NOT_EXIST',
      'ERROR_WHEN_SCHEMA_NOT_EXIST',
      'IGNORE',
    ],
    defaultValue: 'CREATE_SCHEMA_WHEN_NOT_EXIST',
  }),
  data_save_mode: option.string({
    description: 'What happens to files in the folder when the job starts.',
    values: ['DROP_DATA', 'APPEND_DATA', 'ERROR_WHEN_DATA_EXISTS'],
    defaultValue: 'APPEND_DATA',
  }),
  xml_root_tag: option.string({
    description: 'The outermost element of an xml file.',
    defaultValue: 'RECORDS',
    advanced: true,
  }),
  xml_row_tag: option.string({
    description: 'The element of a row in an xml file.',
    defaultValue: 'RECORD',
    advanced: true,
  }),
  xml_use_attr_format: option.boolean({
    description: 'Writes the cells of an xml row as attributes rather than as elements.',
    advanced: true,
  }),
  parquet_avro_write_timestamp_as_int96: option.boolean({
    description: 'Writes timestamps of parquet files in the old form of Impala.',
    defaultValue: false,
    advanced: true,
  }),
  parquet_avro_write_fixed_as_int96: option.list(name, {
    description: 'Columns of 12 bytes that parquet files hold as INT96.',
    advanced: true,
  }),
  merge_update_event: option.boolean({
    description: 'Only for the change formats, which are not supported.',
    defaultValue: false,
    advanced: true,
  }),
  max_rows_in_memory: option.integer({
    description: 'Only for excel, which is not supported.',
    advanced: true,
  }),
  sheet_max_rows: option.integer({
    description: 'Only for excel, which is not supported.',
    defaultValue: 1_048_576,
    advanced: true,
  }),
  sheet_name: advancedText('Only for excel, which is not supported.'),
} as const
