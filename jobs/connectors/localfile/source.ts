import { assert, EngineError } from '../../../runtime/errors/index.ts'
import {
  batchOf,
  column,
  constantVector,
  type Batch,
  type Column,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import type { BadRow, NoteUnevenRow } from '../../formats/index.ts'
import { ReadSignal, type ConnectorContext, type SourceReader } from '../contract.ts'
import { defineSource } from '../define.ts'
import { findFiles } from './listing.ts'
import { openBinaryFile } from './binaryFile.ts'
import { openParquetFile, parquetColumns } from './parquetFile.ts'
import { partitionsOf } from './paths.ts'
import { openRowFile, readPrologue, type OpenFile } from './rowFile.ts'
import { SOURCE_OPTIONS } from './spec.ts'
import { createFileEnumerator, type FileSplit } from './splits.ts'
import {
  declaredColumns,
  fileTables,
  looksLikeFile,
  partitionNames,
  schemaOf,
  type FileTable,
} from './tables.ts'

/** Reads files of the local disk. */
export const localFileSource = defineSource({
  kind: 'source',
  name: 'LocalFile',
  description: 'Reads text, csv, json, parquet and binary files of the local disk.',
  options: SOURCE_OPTIONS,
  replayable: true,
  declaredTables: (options, output) => {
    const tables = fileTables(options, output)
    const schemas = tables.map((table) => {
      const columns = declaredColumns(table)
      const isSure = looksLikeFile(table.path) || partitionNames(table, 'a=b').length === 0
      return columns === undefined || !isSure ? undefined : schemaOf(table, columns, table.path)
    })
    return schemas.includes(undefined) ? undefined : (schemas as TableSchema[])
  },
  discoverTables: async (options, context) => {
    const schemas: TableSchema[] = []
    for (const table of fileTables(options, context.vertex.output)) {
      schemas.push(await discover(table, context))
    }
    return schemas
  },
  createEnumerator: (options, _tables, context) =>
    createFileEnumerator(fileTables(options, context.vertex.output), context),
  createReader: (options, schemas, context) =>
    createFileReader(fileTables(options, context.vertex.output), schemas, context),
  bounded: () => true,
})

const discover = async (table: FileTable, context: ConnectorContext): Promise<TableSchema> => {
  const [first] = await findFiles(context.host.disk, table)
  const path = first?.path ?? table.path
  const declared = declaredColumns(table)
  if (declared !== undefined) return schemaOf(table, declared, path)
  if (first === undefined) {
    throw new EngineError('FIL-006', `LocalFile: no file in ${table.path} tells the columns.`)
  }
  const split = { id: '', table: 0, path, start: 0, end: first.sizeBytes, position: null }
  const found = await columnsOfFile(table, split, context)
  const names = table.options.read_columns ?? []
  for (const name of names) {
    if (!found.some((one) => one.name === name)) {
      throw new EngineError(
        'CFG-005',
        `LocalFile: read_columns names ${name}, which ${path} lacks.`,
      )
    }
  }
  const read =
    names.length === 0 ? found : names.map((name) => found.find((one) => one.name === name)!)
  return schemaOf(table, read, path)
}

const columnsOfFile = async (
  table: FileTable,
  split: FileSplit,
  { host }: ConnectorContext,
): Promise<readonly Column[]> => {
  if (table.format === 'parquet') return parquetColumns(host.disk, split.path, split.end)
  const { header } = await readPrologue({ host, table, split })
  return (header ?? []).map((name) => column(name, { kind: 'string' }))
}

const createFileReader = (
  tables: readonly FileTable[],
  schemas: readonly TableSchema[],
  context: ConnectorContext,
): SourceReader => {
  let split: FileSplit | null = null
  let file: OpenFile | null = null
  let schema: TableSchema | null = null

  /** A file in several parts is warned of once, unless another file comes between. */
  let warnedPath = ''
  const warnUneven =
    (path: string): NoteUnevenRow =>
    ({ line, offset }) => {
      if (warnedPath === path) return
      warnedPath = path
      const place = line === null ? `at byte ${offset}` : `in line ${line}`
      context.log(
        'warn',
        `${path}: the row ${place} has more or fewer cells than columns, perhaps not it alone. ` +
          'Missing cells are read as null, further ones are left out.',
      )
    }

  /** Adds the partition columns, which are the last ones. */
  const complete = (batch: Batch): Batch => {
    const { columns } = schema!
    if (batch.columns.length === columns.length) return { ...batch, table: schema! }
    const values = partitionsOf(split!.path)
    const added = columns
      .slice(batch.columns.length)
      .map((one) => constantVector(one.type, values.get(one.name) ?? null, batch.rowCount))
    return batchOf(schema!, [...batch.columns, ...added], batch.rowCount)
  }

  const answer = (batch: Batch | null): Batch | ReadSignal | Promise<ReadSignal> => {
    if (batch !== null) return complete(batch)
    const done = file!
    file = null
    split = null
    return done.close().then(() => ReadSignal.splitDone)
  }

  return {
    open: async () => undefined,
    startSplit: async (started) => {
      assert(file === null, 'one split at a time')
      split = started as FileSplit
      const table = tables[split.table]!
      schema = schemas[split.table]!
      file = await namingFile(split.path, () =>
        openFile(table, schema!, started as FileSplit, context, warnUneven(split!.path)),
      )
    },
    read: () => {
      if (file === null) return ReadSignal.idle
      const { path } = split!
      const batch = namingFile(path, () => file!.read())
      return batch instanceof Promise ? batch.then(answer) : answer(batch)
    },
    snapshot: () =>
      split === null || file === null ? null : { ...split, position: file.position() },
    close: async () => {
      await file?.close()
      file = null
      split = null
    },
  }
}

const openFile = (
  table: FileTable,
  schema: TableSchema,
  split: FileSplit,
  { host, reject }: ConnectorContext,
  noteUneven: NoteUnevenRow,
): Promise<OpenFile> => {
  const added = new Set(partitionNames(table, split.path))
  const own = new Set(declaredColumns(table)?.map((one) => one.name))
  const columns = {
    ...schema,
    columns: schema.columns.filter((one) => own.has(one.name) || !added.has(one.name)),
  }
  const request = {
    host,
    table,
    columns,
    split,
    noteUneven,
    reject: ({ text, error, line, offset }: BadRow) =>
      reject({
        row: text,
        error:
          line === null
            ? new EngineError(error.code, `${split.path}, byte ${offset}: ${error.message}`)
            : new EngineError(error.code, error.message, {
                at: { file: split.path, line, column: 1 },
              }),
        place: line === null ? `${split.path} at byte ${offset}` : `${split.path}:${line}`,
      }),
  }
  switch (table.format) {
    case 'binary':
      return openBinaryFile(request)
    case 'parquet':
      return openParquetFile(request)
    default:
      return openRowFile(request)
  }
}

/** Puts the name of the file in front of what a reader, which knows no files, has to say. */
const namingFile = <Result>(path: string, act: () => Result): Result => {
  const rename = (thrown: unknown): never => {
    const isReaders = thrown instanceof EngineError && thrown.at === undefined
    if (!isReaders || thrown.message.includes(path)) throw thrown
    throw new EngineError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown })
  }
  try {
    const result = act()
    return result instanceof Promise ? (result.catch(rename) as Result) : result
  } catch (thrown) {
    return rename(thrown)
  }
}
