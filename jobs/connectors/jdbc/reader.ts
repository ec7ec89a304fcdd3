import { EngineError } from '../../../runtime/errors/index.ts'
import {
  formatText,
  rowText,
  selectRows,
  valueAt,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import { ReadSignal, type ConnectorContext, type SourceReader } from '../contract.ts'
import type { Selection, SelectionCursor } from './dialects/dialect.ts'
import { behind } from './dialects/statements.ts'
import { asSplit, type JdbcSplit, type SplitPosition } from './enumerator.ts'
import { openSession, translated, type Session } from './session.ts'
import { describeSource, type ReadTable } from './sourceTables.ts'
import type { JdbcSourceOptions } from './spec.ts'
import { rangeCondition } from './splits.ts'
import type { Target } from './urls.ts'

/** Rows fetched at once where a database is read in pages and the job does not say how many. */
const PAGE_ROWS = 8192
/** A read that takes longer answers `idle`, so that barriers pass meanwhile. */
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

/** Reads splits one after the other over one connection. */
export const createJdbcReader = (
  options: JdbcSourceOptions,
  target: Target,
  tables: readonly TableSchema[],
  context: ConnectorContext,
): SourceReader => {
  let session: Session | undefined
  let described: ReadTable[] = []
  let current: Current | null = null
  let underway: Promise<Batch | null> | undefined

  const selectionOf = (table: ReadTable, split: JdbcSplit): Selection => {
    const { position } = split
    const range = rangeCondition(session!, table, split.range)
    const after = position?.kind === 'after' ? afterCondition(session!, table, position.after) : ''
    const condition = [range, after].filter((text) => text !== '').join(' AND ')
    return {
      table: tables.find(({ path }) => path === table.schema.path) ?? table.schema,
      columns: table.columns,
      relation: table.relation,
      condition,
      keys: table.keys,
      // The row before the position is read once more, to see that it is still the same.
      skip: position?.kind === 'skip' ? position.skip - 1 : 0,
      pageRows: options.fetch_size > 0 ? options.fetch_size : PAGE_ROWS,
      reject: (row, error) =>
        context.reject({ row, error, place: split.id, table: table.schema.path }),
    }
  }

  /** The rest of a first batch after the row that was read before; undefined when that was all. */
  const withoutExpected = (state: Current, batch: Batch): Batch | undefined => {
    const expected = state.expected
    state.expected = null
    if (expected === null) return batch
    if (rowText(batch, 0) !== expected) throw changedRows(state.table)
    const count = batch.rowCount - 1
    if (count === 0) return undefined
    return selectRows(
      batch,
      Int32Array.from({ length: count }, (_, row) => row + 1),
      count,
    )
  }

  const take = async (state: Current): Promise<Batch | ReadSignal> => {
    underway ??= translated(target, () => state.cursor.read())
    const patience = new Promise<'late'>((resolve) => {
      const timer = context.host.clock.timer(READ_PATIENCE_MS, () => resolve('late'))
      void underway!.then(timer.cancel, timer.cancel)
    })
    const batch = await Promise.race([underway, patience])
    if (batch === 'late') return ReadSignal.idle
    underway = undefined
    if (batch === null) {
      if (state.expected !== null) throw changedRows(state.table)
      await state.cursor.close()
      current = null
      return ReadSignal.splitDone
    }
    const rows = withoutExpected(state, batch)
    if (rows === undefined) return take(state)
    state.position = positionAfter(state, rows)
    return rows
  }

  return {
    open: async () => {
      session = await openSession(context.host, target)
      described = await translated(target, () => describeSource(session!, options))
    },
    startSplit: async (given) => {
      const split = given as unknown as JdbcSplit
      const table = described[split.table]
      if (table === undefined) throw new Error(`Split ${split.id} names no table of the source.`)
      const { position } = split
      const cursor = await translated(target, async () =>
        session!.dialect.openCursor(session!.connection, selectionOf(table, split)),
      )
      const expected = position?.kind === 'skip' ? position.last : null
      current = { split, table, cursor, position, expected }
    },
    read: () => {
      if (current === null) throw new Error('A reader reads only while a split is current.')
      return take(current)
    },
    snapshot: () =>
      current === null ? null : asSplit({ ...current.split, position: current.position }),
    close: async () => {
      await current?.cursor.close().catch(() => undefined)
      await underway?.catch(() => undefined)
      await session?.connection.close()
    },
  }
}

const positionAfter = ({ table, position }: Current, batch: Batch): SplitPosition => {
  const last = batch.rowCount - 1
  if (table.keys.length === 0) {
    const skipped = position?.kind === 'skip' ? position.skip : 0
    return { kind: 'skip', skip: skipped + batch.rowCount, last: rowText(batch, last) }
  }
  const after = table.keys.map((key) => {
    const index = table.schema.columns.findIndex((column) => column.name === key)
    return formatText(table.schema.columns[index]!.type, valueAt(batch.columns[index]!, last))
  })
  return { kind: 'after', after }
}

const afterCondition = (session: Session, table: ReadTable, after: readonly string[]): string => {
  const { dialect } = session
  const literals = table.keys.map((key, index) => {
    const { type } = table.schema.columns.find((column) => column.name === key)!
    return dialect.literal(type, after[index]!)
  })
  return behind(
    table.keys.map((key) => `q.${dialect.quote(key)}`),
    literals,
  )
}

const changedRows = (table: ReadTable): EngineError =>
  new EngineError(
    'JDB-009',
    `The rows of ${table.schema.path} before the saved position are not the same any more, so ` +
      'reading cannot go on without losing or doubling rows.',
  )
