import { EngineError } from '../../../runtime/errors/index.ts'
import {
  kindAt,
  RowKind,
  rowText,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import type { ConnectorContext } from '../contract.ts'
import { fillPlaceholders } from '../placeholders.ts'
import { allRows, lastOfEachKey, selectRowsOf } from './changes.ts'
import type { RowSelection } from './dialects/dialect.ts'
import type { Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { describeTarget, isGenerated } from './targetTables.ts'

/** Sends the rows of one upstream table over one session, in their order. */
export type RowWriter = (batches: readonly Batch[]) => Promise<void>

/** Made once a session, as it asks the database about the table. */
export const createRowWriter = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
  context: ConnectorContext,
): Promise<RowWriter> => {
  const { dialect, connection } = session
  if (!isGenerated(options)) {
    const statement = fillPlaceholders(options.query!, upstream)
    const types = upstream.columns.map((column) => column.type)
    return (batches) => dialect.writeStatement(connection, statement, types, batches.map(allRows))
  }
  const table = await describeTarget(
    session,
    options,
    upstream,
    `_tidegate_${context.host.random.uuid()}`,
  )
  const writer = dialect.writeTable(connection, table)
  const send = async (
    write: (rows: readonly RowSelection[]) => Promise<void>,
    rows: readonly RowSelection[],
  ): Promise<void> => {
    if (rows.some(({ count }) => count > 0)) await write(rows)
  }
  if (table.keys.length === 0) {
    return (batches) =>
      send(
        writer.insert,
        batches.map((batch) => insertsOf(batch, context)),
      )
  }
  if (options.enable_upsert) {
    return async (batches) => {
      const { writes, removals } = lastOfEachKey(batches, table.keys)
      await send(writer.remove, removals)
      await send(writer.upsert, writes)
    }
  }
  return async (batches) => {
    for (const { kind, rows } of runsOfKinds(batches)) {
      if (kind === RowKind.insert) await send(writer.insert, rows)
      else if (kind === RowKind.updateAfter) await send(writer.update, rows)
      else if (kind === RowKind.delete) await send(writer.remove, rows)
    }
  }
}

/** The inserts of a batch for a table without a key; other rows cannot be handled. */
const insertsOf = (batch: Batch, context: ConnectorContext): RowSelection => {
  if (batch.kinds === null) return allRows(batch)
  return selectRowsOf(batch, (row) => {
    if (kindAt(batch, row) === RowKind.insert) return true
    context.reject({
      row: rowText(batch, row),
      error: new EngineError(
        'JDB-010',
        `A row of ${batch.table.path} updates or deletes, but the table has no key: set primary_keys.`,
      ),
      place: batch.table.path,
      table: batch.table.path,
    })
    return false
  })
}

interface KindRun {
  readonly kind: number
  readonly rows: RowSelection[]
}

/** Rows that follow each other and are of one kind, in order. An update's old row says nothing. */
const runsOfKinds = (batches: readonly Batch[]): KindRun[] => {
  const runs: KindRun[] = []
  for (const batch of batches) {
    let from = 0
    while (from < batch.rowCount) {
      const kind = kindAt(batch, from)
      let to = from + 1
      while (to < batch.rowCount && kindAt(batch, to) === kind) to += 1
      const start = from
      const rows = selectRowsOf(batch, (row) => row >= start && row < to)
      const last = runs.at(-1)
      if (last?.kind === kind) last.rows.push(rows)
      else runs.push({ kind, rows: [rows] })
      from = to
    }
  }
  return runs.filter((run) => run.kind !== RowKind.updateBefore)
}
