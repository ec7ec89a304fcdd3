import { query, type Json } from './jsonPaths.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import {
  batchOfRows,
  memberFromJson,
  parseExactJson,
  type Batch,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import type { ConnectorContext } from '../contract.ts'
import type { HttpSourceOptions } from './spec.ts'

/** The rows of one response. */
export interface Page {
  readonly batch: Batch
  /** How many rows the server sent, with those that were rejected. */
  readonly sentRows: number
  /** The document, for the cursor; undefined for text. */
  readonly document: Json | undefined
}

/** Makes rows of the text of a response, as format, content_field and json_field say. */
export const readPage = (
  text: string,
  table: TableSchema,
  options: HttpSourceOptions,
  context: ConnectorContext,
): Page => {
  const pieces = options.enable_multi_lines
    ? text.split(/\r?\n/).filter((line) => line.trim() !== '')
    : text.trim() === ''
      ? []
      : [text]
  if (!isJson(options)) {
    const rows = pieces.map((piece) => [piece])
    return { batch: batchOfRows(table, rows), sentRows: rows.length, document: documentOf(text) }
  }
  const documents = pieces.map((piece) => parseDocument(piece, table))
  const records = documents.flatMap((document) => recordsOf(document, options))
  const rows = records.flatMap((record) => rowOf(record, table, context))
  return { batch: batchOfRows(table, rows), sentRows: records.length, document: documents[0] }
}

/** Without a schema, SeaTunnel takes responses as text whatever the format says. */
export const isJson = (options: HttpSourceOptions): boolean =>
  options.format === 'json' && options.schema !== undefined

const documentOf = (text: string): Json | undefined => {
  try {
    return parseExactJson(text)
  } catch {
    return undefined
  }
}

const parseDocument = (text: string, table: TableSchema): Json => {
  try {
    return parseExactJson(text)
  } catch (error) {
    const beginning = text.trim().slice(0, 100)
    throw new EngineError(
      'HTP-004',
      `A response for ${table.path} is not JSON; it begins with: ${beginning}`,
      { cause: error },
    )
  }
}

/** The JSON of each row of a document. */
const recordsOf = (document: Json, options: HttpSourceOptions): Json[] => {
  if (options.content_field !== undefined) {
    const found = query(document, options.content_field)
    return found.length === 1 && Array.isArray(found[0]) ? [...(found[0] as Json[])] : found
  }
  if (options.json_field !== undefined) {
    return recordsOfFields(document, options.json_field, options.json_filed_missed_return_null)
  }
  return Array.isArray(document) ? [...(document as Json[])] : [document]
}

const recordsOfFields = (
  document: Json,
  fields: { readonly [column: string]: string },
  missingIsNull: boolean,
): Json[] => {
  const paths = Object.entries(fields)
  const columns = paths.map(([name, path]) => ({
    name,
    path,
    values: missingIsNull ? valuesWithGaps(document, path) : query(document, path),
  }))
  const [first] = columns
  if (first === undefined) return []
  const odd = columns.find(({ values }) => values.length !== first.values.length)
  if (odd !== undefined) {
    throw new EngineError(
      'HTP-005',
      `json_field finds ${first.values.length} values for ${first.name} (${first.path}) but ` +
        `${odd.values.length} for ${odd.name} (${odd.path}).`,
    )
  }
  return first.values.map((_, index) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[index]!])),
  )
}

/** One value for each element that the last wildcard of a path matches, null where it has none. */
const valuesWithGaps = (document: Json, path: string): Json[] => {
  const match = /^(.*(?:\[\*\]|\.\*))(.+)$/s.exec(path)
  if (match === null) {
    const found = query(document, path)
    return found.length === 0 ? [null] : found
  }
  return query(document, match[1]!).map((element) => query(element, `$${match[2]}`)[0] ?? null)
}

/** A row, or nothing when it was rejected. */
const rowOf = (record: Json, table: TableSchema, context: ConnectorContext): Value[][] => {
  try {
    const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
    if (!isObject) {
      throw new EngineError('ROW-002', 'A row of the response is not a JSON object.')
    }
    return [table.columns.map(({ name, type }) => memberFromJson(type, record, name))]
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    context.reject({
      row: JSON.stringify(record),
      error,
      place: `response for ${table.path}`,
      table: table.path,
    })
    return []
  }
}
