import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import { rowText, selectRows, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { ConnectorContext } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import type { SinkSession } from './sinkSession.ts'
import type { JdbcSinkOptions } from './spec.ts'

const BACKOFF_MS = 100
const BACKOFF_MAX_MS = 10_000

/** Sends rows of one upstream table until they are stored or rejected. */
export type Deliver = (upstream: TableSchema, batches: readonly Batch[]) => Promise<void>

/**
 * Sends again what may succeed later, as max_retries says. Rows that the database refuses are found
 * by halving and rejected alone. With is_exactly_once neither: the transaction of the checkpoint is
 * spoilt, so the job goes back to the last one.
 */
export const createDelivery = (
  session: SinkSession,
  options: JdbcSinkOptions,
  context: ConnectorContext,
): Deliver => {
  if (options.is_exactly_once) return (upstream, batches) => session.send(upstream, batches)
  const attempts = options.max_retries + 1

  const sendWithRetries: Deliver = async (upstream, batches) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await session.send(upstream, batches)
        return
      } catch (error) {
        const retry = error instanceof EngineError ? error.retry : 'never'
        if (retry === 'reconnect') await session.close()
        if (retry === 'never' || attempt >= attempts || context.signal.aborted) throw error
        context.log('warn', `Attempt ${attempt} of ${attempts} failed: ${messageOf(error)}`)
        const delayMs = Math.min(BACKOFF_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS)
        await waitMs(context.host.clock, delayMs, context.signal)
      }
    }
  }

  const deliver: Deliver = async (upstream, batches) => {
    try {
      await sendWithRetries(upstream, batches)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (batches.length === 1 && batches[0]!.rowCount === 1) {
        const row = rowText(batches[0]!, 0)
        context.reject({ row, error, place: upstream.path, table: upstream.path })
        return
      }
      for (const half of halves(batches)) await deliver(upstream, half)
    }
  }
  return deliver
}

const isRefusal = (error: unknown): error is EngineError =>
  error instanceof EngineError && error.code === 'JDB-004' && error.retry === 'never'

/** The rows in two parts: lists of batches are cut between batches, a single batch within it. */
const halves = (batches: readonly Batch[]): Batch[][] => {
  const count = batches.length
  if (count > 1) return [batches.slice(0, count >> 1), batches.slice(count >> 1)]
  const batch = batches[0]!
  const rows = Int32Array.from({ length: batch.rowCount }, (_, row) => row)
  const middle = batch.rowCount >> 1
  return [
    [selectRows(batch, rows.subarray(0, middle), middle)],
    [selectRows(batch, rows.subarray(middle), batch.rowCount - middle)],
  ]
}
