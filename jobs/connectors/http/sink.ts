import { rowText, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { ConnectorContext, SinkWriter } from '../contract.ts'
import { fillPlaceholders } from '../placeholders.ts'
import { waitMs } from '../waiting.ts'
import { sendRequest, statusError, urlOf } from './request.ts'
import type { HttpSinkOptions } from './spec.ts'

/** Rows of one upstream table that wait to be sent together, as JSON. */
interface Waiting {
  readonly upstream: TableSchema
  rows: string[]
}

/**
 * Posts rows as JSON, one after the other. A row that the server refuses with a 4xx status is
 * rejected; anything else that goes wrong is repeated and then fails.
 */
export const createHttpWriter = (
  options: HttpSinkOptions,
  context: ConnectorContext,
): SinkWriter => {
  const waiting = new Map<string, Waiting>()
  const rowsMax = options.array_mode ? options.batch_size : 1
  let requestCount = 0

  const send = async ({ upstream, rows }: Waiting): Promise<void> => {
    if (rows.length === 0) return
    if (requestCount > 0 && options.request_interval_ms > 0) {
      await waitMs(context.host.clock, options.request_interval_ms, context.signal)
    }
    requestCount += 1
    const headers = Object.entries(options.headers ?? {}).map(([name, text]) => [
      name,
      fillPlaceholders(text, upstream),
    ])
    const request = {
      url: urlOf(fillPlaceholders(options.url, upstream), options.params ?? {}),
      method: 'POST',
      headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
      body: options.array_mode ? `[${rows.join(',')}]` : rows[0]!,
    }
    const answer = await sendRequest(request, options, context)
    if (answer.status >= 200 && answer.status < 300) return
    const error = statusError(request.url, answer)
    for (const row of rows) {
      context.reject({ row, error, place: upstream.path, table: upstream.path })
    }
  }

  const flush = async (): Promise<void> => {
    for (const entry of waiting.values()) {
      await send(entry)
      entry.rows = []
    }
  }

  return {
    open: async () => {},
    write: async (batch: Batch) => {
      const upstream = batch.table
      const entry = waiting.get(upstream.path) ?? { upstream, rows: [] }
      waiting.set(upstream.path, entry)
      for (let row = 0; row < batch.rowCount; row += 1) {
        entry.rows.push(rowText(batch, row))
        if (entry.rows.length < rowsMax) continue
        await send(entry)
        entry.rows = []
      }
    },
    // Rows that wait for a full array go out with the checkpoint, not whenever rows pause.
    prepareCommit: async () => {
      await flush()
      return []
    },
    close: async () => {},
  }
}
