import { EngineError } from '../../../../runtime/errors/index.ts'
import type { DatabaseConnection, PostgresConnection } from '../../../../runtime/host/index.ts'
import {
  parseText,
  type Batch,
  type Column,
  type DataType,
} from '../../../../runtime/rows/index.ts'
import { describeTarget } from '../urls.ts'
import { CopyDecoder } from './copyDecoder.ts'
import type { Dialect, Selection, SelectionCursor } from './dialect.ts'
import { describePostgresQuery, describePostgresTable, quotePostgres } from './postgresCatalog.ts'
import { postgresString, postgresText } from './postgresTexts.ts'
import { writePostgresStatement, writePostgresTable } from './postgresWriter.ts'
import { selectStatement } from './statements.ts'

/** Chunks are gathered to this many bytes before rows are made of them. */
const BLOCK_BYTES = 1 << 17
/** PostgreSQL's limit for the length of a varchar. */
const VARCHAR_MAX = 10_485_760

const asPostgres = (connection: DatabaseConnection): PostgresConnection =>
  connection as PostgresConnection

export const postgres: Dialect = {
  connect: async (host, target) => {
    if (target.dialect !== 'postgresql') throw new Error('Not a PostgreSQL target.')
    const connection = await host.databases.postgres(target.server)
    // The same statement must yield its rows in the same order again.
    await connection.script(
      'SET synchronize_seqscans = off; SET TIME ZONE UTC; SET extra_float_digits = 1',
    )
    return connection
  },
  quote: quotePostgres,
  nameOf: (path, target) => {
    const parts = path.split('.')
    const database = target.dialect === 'postgresql' ? target.server.database : ''
    if (parts.length > 3 || (parts.length === 3 && parts[0] !== database)) {
      throw new EngineError(
        'JDB-005',
        `The table ${path} is not in ${describeTarget(target)}: write schema.table or ` +
          `${database}.schema.table.`,
      )
    }
    const searched = target.dialect === 'postgresql' ? target.server.parameters['search_path'] : ''
    const [table = '', schema = searched?.split(',')[0] || 'public'] = parts.toReversed()
    return { database, schema, table }
  },
  pathOf: ({ database, schema, table }) => `${database}.${schema}.${table}`,
  qualified: ({ schema, table }) => `${quotePostgres(schema)}.${quotePostgres(table)}`,
  listTables: async (connection, target) => {
    const { rows } = await connection.query(
      `SELECT schemaname::text, tablename::text FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
    )
    const database = target.dialect === 'postgresql' ? target.server.database : ''
    return rows.map(([schema, table]) => ({
      database,
      schema: String(schema),
      table: String(table),
    }))
  },
  describeTable: describePostgresTable,
  describeQuery: describePostgresQuery,
  openCursor: (connection, selection) => openCopyCursor(asPostgres(connection), selection),
  estimateRows: async (connection, name) => {
    const { rows } = await connection.query(
      'SELECT reltuples::float8 FROM pg_class WHERE oid = to_regclass($1::text)',
      [postgres.qualified(name)],
    )
    const estimate = Number(rows[0]?.[0] ?? -1)
    return estimate > 0 ? estimate : undefined
  },
  asText: (expression) => `(${expression})::text`,
  sampleCondition: (rate) => `random() < ${1 / rate}`,
  literal: (type, text) => postgresString(postgresText(type, parseText(type, text))),
  columnType: (column) => columnType(column),
  writeTable: (connection, table) => writePostgresTable(asPostgres(connection), table),
  writeStatement: (connection, statement, types, batches) =>
    writePostgresStatement(asPostgres(connection), statement, types, batches),
}

/** Streams a selection through COPY, so that no result is ever held whole. */
const openCopyCursor = (connection: PostgresConnection, selection: Selection): SelectionCursor => {
  const offset = selection.skip === 0 ? '' : ` OFFSET ${selection.skip}`
  const statement = `COPY (${selectStatement(selection, quotePostgres)}${offset}) TO STDOUT`
  const reader = connection.copyOut(`${statement} WITH (FORMAT binary)`)
  const decoder = new CopyDecoder(
    selection.table,
    selection.columns.map((column) => column.form),
  )
  let streamEnded = false

  const fill = async (): Promise<void> => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    while (bytes < BLOCK_BYTES && !streamEnded) {
      const chunk = await reader.read()
      if (chunk === null) streamEnded = true
      else {
        chunks.push(chunk)
        bytes += chunk.length
      }
    }
    if (chunks.length > 0) decoder.push(chunks)
  }

  return {
    read: async (): Promise<Batch | null> => {
      for (;;) {
        const batch = decoder.take()
        if (batch !== null) return batch
        if (streamEnded) return null
        await fill()
      }
    },
    close: async () => {
      if (!streamEnded) await reader.cancel()
    },
  }
}

const TYPE_NAMES: { readonly [kind: string]: string } = {
  null: 'text',
  boolean: 'boolean',
  tinyint: 'smallint',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  float: 'real',
  double: 'double precision',
  bytes: 'bytea',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamp_tz: 'timestamptz',
  map: 'jsonb',
  row: 'jsonb',
  any: 'jsonb',
  float_vector: 'real[]',
  binary_vector: 'bytea',
  sparse_float_vector: 'jsonb',
  float16_vector: 'jsonb',
  bfloat16_vector: 'jsonb',
}

const columnType = ({ type, columnLength }: Column): string => {
  if (type.kind === 'string') {
    const isBounded = columnLength !== undefined && columnLength > 0 && columnLength <= VARCHAR_MAX
    return isBounded ? `varchar(${columnLength})` : 'text'
  }
  return typeName(type)
}

const typeName = (type: DataType): string => {
  if (type.kind === 'decimal') return `numeric(${type.precision}, ${type.scale})`
  if (type.kind === 'array') return `${typeName(type.element)}[]`
  return TYPE_NAMES[type.kind] ?? 'text'
}
