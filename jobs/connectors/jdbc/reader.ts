import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import { ReadSignal, type ConnectorContext, type SourceReader, type Split } from '../contract.ts'
import { withPatience } from '../patience.ts'
import type { SelectionCursor } from './dialects/dialect.ts'
import { asSplit, splitOf, type JdbcSplit } from './enumerator.ts'
import {
  changedRows,
  positionBehind,
  positionCondition,
  skippedRows,
  withoutFirst,
  type SplitPosition,
} from './positions.ts'
import { openSession, translated, type Session } from './session.ts'
import { describeSource, type ReadTable } from './sourceTables.ts'
import type { JdbcSourceOptions } from './spec.ts'
import { rangeCondition } from './splits.ts'
import type { Target } from './urls.ts'

/** Rows fetched at once where a database is read in pages and the job does not say how many. */
const PAGE_ROWS = 8192
/** A read that takes longer answers `idle`. */
const READ_PATIENCE_MS = 200

/** The split being read. */
interface Current {
  readonly split: JdbcSplit
  readonly table: ReadTable
  readonly cursor: SelectionCursor
  position: SplitPosition | null
  /** Text of the row before the position, which must come first; null when nothing was skipped. */
  expected: string | null
}

/** What a reader needs to know, and has open. */
interface Source {
  readonly options: JdbcSourceOptions
  readonly target: Target
  readonly tables: readonly TableSchema[]
  readonly context: ConnectorContext
}

/** Reads splits one after the other over one connection. */
export const createJdbcReader = (source: Source): SourceReader => {
  const { options, target, context } = source
  let session: Session | undefined
  let described: ReadTable[] = []
  let current: Current | null = null
  let underway: Promise<Batch | null> | undefined

  const nextBatch = async (state: Current): Promise<Batch | ReadSignal> => {
    underway ??= translated(target, () => state.cursor.read())
    const batch = await withPatience(context.host.clock, READ_PATIENCE_MS, underway)
    if (batch === undefined) return ReadSignal.idle
    underway = undefined
    const { expected, table } = state
    if (batch === null) {
      if (expected !== null) throw changedRows(table)
      await state.cursor.close()
      current = null
      return ReadSignal.splitDone
    }
    state.expected = null
    const rows = expected === null ? batch : withoutFirst(table, batch, expected)
    if (rows === undefined) return nextBatch(state)
    state.position = positionBehind(table, state.position, rows)
    return rows
  }

  return {
    open: async () => {
      const opened = await openSession(context.host, target)
      session = opened
      described = await translated(target, () => describeSource(opened, options))
    },
    startSplit: async (given) => {
      const split = splitOf(given)
      const table = described[split.table]
      if (session === undefined || table === undefined) throw new Error(`No table for ${split.id}.`)
      const opened = session
      const cursor = await translated(target, async () => openCursor(source, opened, table, split))
      const { position } = split
      const expected = position?.kind === 'skip' ? position.last : null
      current = { split, table, cursor, position, expected }
    },
    read: () => {
      if (current === null) throw new Error('A reader reads only while a split is current.')
      return nextBatch(current)
    },
    snapshot: (): Split | null =>
      current === null ? null : asSplit({ ...current.split, position: current.position }),
    close: async () => {
      const closing = session
      session = undefined
      // Ends a read that is underway; what it says then concerns no one.
      await closing?.connection.close()
      await underway?.catch(() => undefined)
    },
  }
}

const openCursor = (
  { options, tables, context }: Source,
  session: Session,
  table: ReadTable,
  split: JdbcSplit,
): SelectionCursor => {
  const { path } = table.schema
  const conditions = [
    rangeCondition(session, table, split.range),
    positionCondition(session, table, split.position),
  ]
  return session.dialect.openCursor(session.connection, {
    table: tables[split.table] ?? table.schema,
    columns: table.columns,
    relation: table.relation,
    condition: conditions.filter((text) => text !== '').join(' AND '),
    keys: table.keys,
    skip: skippedRows(split.position),
    pageRows: options.fetch_size > 0 ? options.fetch_size : PAGE_ROWS,
    reject: (row, error) => context.reject({ row, error, place: split.id, table: path }),
  })
}
