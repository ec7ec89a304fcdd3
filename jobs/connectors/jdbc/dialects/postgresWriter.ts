import type { PostgresConnection } from '../../../../runtime/host/index.ts'
import { valueAt, type DataType } from '../../../../runtime/rows/index.ts'
import { copyWriter } from './copyWriter.ts'
import type { RowSelection, TableWriter, WriteRows, WriteTable } from './dialect.ts'
import { postgresConstant, postgresText, quoteElement } from './postgresTexts.ts'
import { quotePostgres } from './postgresCatalog.ts'
import { splitAtPlaceholders, valueColumns } from './statements.ts'

/** Statements of one round trip when each row is a statement of its own. */
const STATEMENTS_MAX = 500

export const writePostgresTable = (
  connection: PostgresConnection,
  table: WriteTable,
): TableWriter => {
  const copy = copyWriter(connection, table)
  const names = table.columns.map((column) => quotePostgres(column.name))
  const values = valueColumns(table)
  const all = table.columns.map((_, index) => index)
  const { rows, select } = unnestOf(table, all)
  const keysOnly = unnestOf(table, table.keys)
  const sameKey = table.keys.map((key) => `t.${names[key]} = u.c${key}`).join(' AND ')
  const run = async (
    statement: string,
    columns: readonly number[],
    batches: readonly RowSelection[],
  ): Promise<void> => {
    const parameters = columns.map((column) => arrayOfColumn(table, column, batches))
    await connection.query(statement, parameters)
  }
  return {
    insert: copy,
    upsert: stagedUpsert(connection, table),
    update: async (batches) => {
      if (values.length === 0) return
      const assigned = values.map((column) => `${names[column]} = u.c${column}`).join(', ')
      const source = `(SELECT ${select.map((text, index) => `${text} AS c${index}`).join(', ')} FROM ${rows}) AS u`
      await run(
        `UPDATE ${table.name} AS t SET ${assigned} FROM ${source} WHERE ${sameKey}`,
        all,
        batches,
      )
    },
    remove: (batches) => {
      const picked = keysOnly.select.map((text, index) => `${text} AS c${table.keys[index]}`)
      const source = `(SELECT ${picked.join(', ')} FROM ${keysOnly.rows}) AS u`
      return run(
        `DELETE FROM ${table.name} AS t USING ${source} WHERE ${sameKey}`,
        table.keys,
        batches,
      )
    },
  }
}

/**
 * Upserts by COPY into a table of its own and from there: twice as fast as arrays of parameters. The
 * table is a temporary one, except within two phases, where PostgreSQL allows none: there it lives
 * and dies unseen within the transaction.
 */
const stagedUpsert = (connection: PostgresConnection, table: WriteTable): WriteRows => {
  const names = table.columns.map((column) => quotePostgres(column.name))
  const list = names.join(', ')
  const sets = valueColumns(table).map((column) => `${names[column]} = EXCLUDED.${names[column]}`)
  const onConflict = sets.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${sets.join(', ')}`
  const keys = table.keys.map((key) => names[key]!).join(', ')
  const shape = `AS SELECT ${list} FROM ${table.name} WITH NO DATA`
  const upsertFrom = (stage: string): string =>
    `INSERT INTO ${table.name} (${list}) SELECT ${list} FROM ${stage} ` +
    `ON CONFLICT (${keys}) ${onConflict}`
  let count = 0
  if (table.isTwoPhase) {
    return async (batches) => {
      count += 1
      // A prepared transaction keeps the names of its tables, dropped ones too, until it ends.
      const stage = table.stage.replace(/"$/, `_${count}"`)
      await connection.script(`CREATE UNLOGGED TABLE ${stage} ${shape}`)
      await copyWriter(connection, { ...table, name: stage })(batches)
      await connection.script(`${upsertFrom(stage)}; DROP TABLE ${stage}`)
    }
  }
  // A temporary table has a schema of its own.
  const stage = `pg_temp.${table.stage.replace(/^.*\./s, '')}`
  const copy = copyWriter(connection, { ...table, name: stage })
  return async (batches) => {
    await connection.script(
      `CREATE TEMP TABLE IF NOT EXISTS ${stage} ON COMMIT DELETE ROWS ${shape}`,
    )
    await copy(batches)
    await connection.script(upsertFrom(stage))
  }
}

/**
 * Rows as one array a column, which the server turns into rows again: one statement for any number
 * of them. Arrays hold texts, so that the server converts each value as its own column's type.
 */
const unnestOf = (
  table: WriteTable,
  columns: readonly number[],
): { readonly rows: string; readonly select: readonly string[] } => {
  const arrays = columns.map((column, index) => `$${index + 1}::${elementTypeOf(table, column)}[]`)
  const names = columns.map((column) => `c${column}`)
  return {
    rows: `unnest(${arrays.join(', ')}) AS x(${names.join(', ')})`,
    select: columns.map((column) => {
      const { databaseType } = table.columns[column]!
      const isNative = elementTypeOf(table, column) === databaseType || databaseType === ''
      return isNative ? `x.c${column}` : `x.c${column}::${castOf(databaseType)}`
    }),
  }
}

/** Types whose arrays are worth their own input function; the others go as text. */
const NATIVE_ELEMENTS = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'bool',
  'text',
  'timestamp',
  'timestamptz',
  'date',
  'numeric',
])

const elementTypeOf = (table: WriteTable, column: number): string => {
  const { databaseType } = table.columns[column]!
  return NATIVE_ELEMENTS.has(databaseType) ? databaseType : 'text'
}

/** `_int4` is how the catalog names `int4[]`; a bare bpchar is as long as its text. */
const castOf = (databaseType: string): string =>
  databaseType.startsWith('_')
    ? `${quotePostgres(databaseType.slice(1))}[]`
    : quotePostgres(databaseType)

const arrayOfColumn = (
  table: WriteTable,
  column: number,
  batches: readonly RowSelection[],
): string => {
  const { type } = table.columns[column]!
  const plain = isPlain(type)
  const elements: string[] = []
  for (const { batch, rows, count } of batches) {
    const vector = batch.columns[column]!
    for (let index = 0; index < count; index += 1) {
      const value = valueAt(vector, rows[index]!)
      if (value === null) elements.push('NULL')
      else if (plain) elements.push(String(value as number))
      else elements.push(quoteElement(postgresText(type, value)))
    }
  }
  return `{${elements.join(',')}}`
}

const isPlain = ({ kind }: DataType): boolean =>
  kind === 'int' || kind === 'bigint' || kind === 'smallint' || kind === 'tinyint'

/** One statement a row, with constants in place of the `?`, many to a round trip. */
export const writePostgresStatement = async (
  connection: PostgresConnection,
  statement: string,
  types: readonly DataType[],
  batches: readonly RowSelection[],
): Promise<void> => {
  const pieces = splitAtPlaceholders(statement)
  let statements: string[] = []
  const send = async (): Promise<void> => {
    if (statements.length > 0) await connection.script(statements.join(';\n'))
    statements = []
  }
  for (const { batch, rows, count } of batches) {
    for (let index = 0; index < count; index += 1) {
      let text = pieces[0]!
      for (let column = 0; column + 1 < pieces.length; column += 1) {
        const value = valueAt(batch.columns[column]!, rows[index]!)
        text += postgresConstant(types[column]!, value) + pieces[column + 1]!
      }
      statements.push(text)
      if (statements.length >= STATEMENTS_MAX) await send()
    }
  }
  await send()
}
