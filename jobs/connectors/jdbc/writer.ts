import { EngineError } from '../../../runtime/errors/index.ts'
import { rowText, selectRows, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { CommitInfo, ConnectorContext, SinkWriter } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import type { TransactionName } from './dialects/dialect.ts'
import { createRowWriter, type RowWriter } from './rowWriter.ts'
import { openSession, translated, type Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { sinkTarget } from './targetTables.ts'
import { transactionGroup } from './transactions.ts'

/** While a batch is on its way, this many times batch_size may gather for the next one. */
const GATHERED_BATCHES = 16
/** But at least this many rows, so that small batches do not make a slow sink. */
const GATHERED_ROWS = 16_384
const BACKOFF_MS = 100
const BACKOFF_MAX_MS = 10_000

/** Rows of one upstream table that wait to be sent. */
interface Waiting {
  readonly upstream: TableSchema
  batches: Batch[]
  rowCount: number
}

/**
 * Sends rows in batches, each in a transaction of its own; with is_exactly_once in one transaction
 * a checkpoint, which is prepared and left for the committer. Rows gather while a batch is on its
 * way, so the slower the database answers, the larger the batches get.
 */
export const createJdbcWriter = (
  options: JdbcSinkOptions,
  context: ConnectorContext,
): SinkWriter => {
  const target = sinkTarget(options)
  const isExactlyOnce = options.is_exactly_once
  const rowsMax = Math.max(options.batch_size * GATHERED_BATCHES, GATHERED_ROWS)
  const waiting = new Map<string, Waiting>()
  let waitingRows = 0
  let session: Session | undefined
  let rowWriters = new Map<string, RowWriter>()
  let transaction: TransactionName | undefined
  let transactionCount = 0
  let underway: Promise<void> | undefined
  let failure: unknown

  const connected = async (): Promise<Session> => {
    session ??= await openSession(context.host, target)
    return session
  }

  const disconnect = async (): Promise<void> => {
    const closing = session
    session = undefined
    rowWriters = new Map()
    await closing?.connection.close()
  }

  const rowWriterOf = async (upstream: TableSchema): Promise<RowWriter> => {
    const known = rowWriters.get(upstream.path)
    if (known !== undefined) return known
    const made = await createRowWriter(await connected(), options, upstream, context)
    rowWriters.set(upstream.path, made)
    return made
  }

  const send = async (upstream: TableSchema, batches: readonly Batch[]): Promise<void> => {
    const write = await rowWriterOf(upstream)
    const { connection, twoPhase } = await connected()
    if (isExactlyOnce) {
      if (transaction === undefined) {
        transaction = nextTransaction()
        await twoPhase.begin(connection, transaction)
      }
      await write(batches)
      return
    }
    await connection.script('BEGIN')
    try {
      await write(batches)
      await connection.script('COMMIT')
    } catch (error) {
      await connection.script('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  const nextTransaction = (): TransactionName => {
    transactionCount += 1
    const unique = context.host.random.uuid().slice(0, 13)
    const branch = `${context.instance}-${transactionCount}-${unique}`
    return { group: transactionGroup(context), branch }
  }

  /** Sends again what may succeed later; a transaction of two phases is lost with its connection. */
  const sendWithRetries = async (upstream: TableSchema, batches: readonly Batch[]) => {
    const attempts = isExactlyOnce ? 1 : options.max_retries + 1
    for (let attempt = 1; ; attempt += 1) {
      try {
        await translated(target, () => send(upstream, batches))
        return
      } catch (error) {
        const retry = error instanceof EngineError ? error.retry : 'never'
        if (retry === 'reconnect') await disconnect()
        if (retry === 'never' || attempt >= attempts || context.signal.aborted) throw error
        context.log('warn', `Batch ${attempt} of ${attempts} failed: ${(error as Error).message}`)
        const delayMs = Math.min(BACKOFF_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS)
        await waitMs(context.host.clock, delayMs, context.signal)
      }
    }
  }

  /** Sends rows; those that the database refuses are found by halving, and rejected alone. */
  const sendOrReject = async (upstream: TableSchema, batches: readonly Batch[]): Promise<void> => {
    try {
      await sendWithRetries(upstream, batches)
    } catch (error) {
      const isRefused = error instanceof EngineError && error.code === 'JDB-004'
      if (!isRefused || isExactlyOnce || error.retry !== 'never') throw error
      if (batches.length === 1 && batches[0]!.rowCount === 1) {
        const row = rowText(batches[0]!, 0)
        context.reject({ row, error, place: upstream.path, table: upstream.path })
        return
      }
      for (const half of halves(batches)) await sendOrReject(upstream, half)
    }
  }

  const sendAll = async (): Promise<void> => {
    const all = [...waiting.values()]
    waiting.clear()
    waitingRows = 0
    for (const { upstream, batches } of all) await sendOrReject(upstream, batches)
  }

  /** Begins to send; a failure is kept for the next call of the engine. */
  const startSending = (): void => {
    underway = sendAll()
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        underway = undefined
      })
  }

  const settle = async (): Promise<void> => {
    await underway
    if (failure !== undefined) throw failure
  }

  const flush = async (): Promise<void> => {
    await settle()
    while (waitingRows > 0) {
      startSending()
      await settle()
    }
  }

  return {
    open: async () => {
      const { twoPhase, connection } = await connected()
      if (isExactlyOnce) await translated(target, () => twoPhase.check(connection))
    },
    write: (batch) => {
      if (failure !== undefined) throw failure
      const upstream = batch.table
      const entry = waiting.get(upstream.path) ?? { upstream, batches: [], rowCount: 0 }
      entry.batches.push(batch)
      entry.rowCount += batch.rowCount
      waiting.set(upstream.path, entry)
      waitingRows += batch.rowCount
      if (waitingRows >= options.batch_size && underway === undefined) startSending()
      if (waitingRows >= rowsMax) return settle()
    },
    flush,
    prepareCommit: async () => {
      await flush()
      if (transaction === undefined || session === undefined) return []
      const { twoPhase, connection } = session
      const name = transaction
      await translated(target, () => twoPhase.prepare(connection, name))
      transaction = undefined
      if (twoPhase.closesAfterPrepare) await disconnect()
      return [{ ...name } satisfies CommitInfo]
    },
    abort: async () => {
      await underway
      const name = transaction
      transaction = undefined
      if (name !== undefined && session !== undefined) {
        const { twoPhase, connection } = session
        await twoPhase.abandon(connection, name).catch(() => undefined)
      }
      await disconnect()
    },
    close: async () => {
      await underway
      await disconnect()
    },
  }
}

/** The rows in two parts: lists of batches are cut between batches, a single batch within it. */
const halves = (batches: readonly Batch[]): Batch[][] => {
  if (batches.length > 1) {
    const middle = batches.length >> 1
    return [batches.slice(0, middle), batches.slice(middle)]
  }
  const [batch] = batches
  const indices = Int32Array.from({ length: batch!.rowCount }, (_, row) => row)
  const middle = batch!.rowCount >> 1
  return [
    [selectRows(batch!, indices.subarray(0, middle), middle)],
    [selectRows(batch!, indices.subarray(middle), batch!.rowCount - middle)],
  ]
}
