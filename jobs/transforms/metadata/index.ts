import { EngineError, nearest } from '../../../runtime/errors/index.ts'
import {
  columnIndex,
  constantVector,
  kindAt,
  ROW_KIND_SHORT_NAMES,
  Utf8Vector,
  type Batch,
  type DataType,
  type TableSchema,
  type Vector,
} from '../../../runtime/rows/index.ts'
import { partsOf } from '../paths.ts'
import { adding } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { METADATA_OPTIONS } from './spec.ts'

interface MetadataField {
  readonly type: DataType
  readonly read: (batch: Batch, table: TableSchema) => Vector
}

const STRING: DataType = { kind: 'string' }
const BIGINT: DataType = { kind: 'bigint' }

const kindsOf = (batch: Batch): Vector =>
  Utf8Vector.ofStrings(
    Array.from({ length: batch.rowCount }, (_, row) => ROW_KIND_SHORT_NAMES[kindAt(batch, row)]),
    null,
  )

/** Rows carry no time of their event and no partition, so these are null. */
const FIELDS: ReadonlyMap<string, MetadataField> = new Map<string, MetadataField>([
  [
    'Database',
    {
      type: STRING,
      read: (batch, { path }) =>
        constantVector(STRING, partsOf(path).database ?? null, batch.rowCount),
    },
  ],
  [
    'Table',
    {
      type: STRING,
      read: (batch, { path }) => constantVector(STRING, partsOf(path).table, batch.rowCount),
    },
  ],
  ['RowKind', { type: STRING, read: kindsOf }],
  ['EventTime', { type: BIGINT, read: (batch) => constantVector(BIGINT, null, batch.rowCount) }],
  ['Delay', { type: BIGINT, read: (batch) => constantVector(BIGINT, null, batch.rowCount) }],
  ['Partition', { type: STRING, read: (batch) => constantVector(STRING, null, batch.rowCount) }],
])

/** Metadata: turns what is known about a row into columns. */
export const metadata = defineTableTransform({
  name: 'Metadata',
  description: 'Adds columns with the database, table and kind of each row.',
  options: METADATA_OPTIONS,
  bindTable: (options, table) => {
    const entries = Object.entries(options.metadata_fields)
    const fields = entries.map(([key, name]) => {
      if (columnIndex(table, name) >= 0) {
        throw new EngineError('TRF-002', `Metadata: there is a column "${name}" already.`)
      }
      return fieldOf(key)
    })
    const columns = entries.map(([, name], index) => ({
      name,
      type: fields[index]!.type,
      nullable: true,
    }))
    const { output, build } = adding(table, columns, 'Metadata')
    return {
      outputs: [output],
      apply: (batch, emit) =>
        emit(
          build(
            batch,
            fields.map((field) => field.read(batch, table)),
          ),
        ),
    }
  },
})

const fieldOf = (key: string): MetadataField => {
  const field = FIELDS.get(key)
  if (field !== undefined) return field
  const close = nearest(key, FIELDS.keys())
  const advice =
    close === undefined
      ? `Use one of ${[...FIELDS.keys()].join(', ')}.`
      : `Did you mean "${close}"?`
  throw new EngineError('TRF-002', `Metadata knows no "${key}". ${advice}`)
}
