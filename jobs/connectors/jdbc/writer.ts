import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import type { CommitInfo, ConnectorContext, SinkWriter } from '../contract.ts'
import { createDelivery, type Deliver } from './delivery.ts'
import { createPrecisionWatch } from './precision.ts'
import { SinkSession } from './sinkSession.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { sinkTarget } from './targetTables.ts'

/** While a batch is on its way, this many times batch_size may gather for the next one. */
const GATHERED_BATCHES = 16
/** But at least this many rows, so that small batches do not make a slow sink. */
const GATHERED_ROWS = 16_384

/**
 * Sends rows in batches, each in a transaction of its own; with is_exactly_once in one transaction
 * a checkpoint, which is prepared and left for the committer.
 */
export const createJdbcWriter = (
  options: JdbcSinkOptions,
  context: ConnectorContext,
): SinkWriter => {
  const session = new SinkSession(options, context, sinkTarget(options))
  const warnOfCutTimes = createPrecisionWatch(options.url, context)
  const sender = new Sender(options.batch_size, createDelivery(session, options, context))
  return {
    open: () => session.open(),
    write: (batch) => {
      warnOfCutTimes(batch)
      return sender.add(batch)
    },
    flush: () => sender.begin(),
    prepareCommit: async () => {
      await sender.drain()
      const name = await session.prepare()
      return name === undefined ? [] : [{ ...name } satisfies CommitInfo]
    },
    abort: async () => {
      await sender.ended()
      await session.abandon()
    },
    close: async () => {
      await sender.ended()
      await session.close()
    },
  }
}

/** Rows of one upstream table that wait to be sent. */
interface Waiting {
  readonly upstream: TableSchema
  readonly batches: Batch[]
}

/**
 * Sends one batch at a time. Rows gather meanwhile, so the slower the database answers, the larger
 * the batches get.
 */
class Sender {
  readonly #batchRows: number
  readonly #rowsMax: number
  readonly #deliver: Deliver
  #waiting = new Map<string, Waiting>()
  #waitingRows = 0
  #underway: Promise<void> | undefined
  /** Whether the rows that gather now are sent as soon as those underway have arrived. */
  #again = false
  /** Kept for the next call of the engine. */
  #failure: { readonly error: unknown } | undefined

  constructor(batchRows: number, deliver: Deliver) {
    this.#batchRows = batchRows
    this.#rowsMax = Math.max(batchRows * GATHERED_BATCHES, GATHERED_ROWS)
    this.#deliver = deliver
  }

  /** Pending while too many rows wait. */
  add(batch: Batch): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    const { path } = batch.table
    const waiting = this.#waiting.get(path)
    if (waiting === undefined) this.#waiting.set(path, { upstream: batch.table, batches: [batch] })
    else waiting.batches.push(batch)
    this.#waitingRows += batch.rowCount
    if (this.#waitingRows >= this.#batchRows && this.#underway === undefined) this.#start()
    return this.#waitingRows >= this.#rowsMax ? this.#settle() : undefined
  }

  /** Rows pause: sends what waits, unless a batch is on its way, behind which it follows. */
  begin(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#underway !== undefined) this.#again = true
    else if (this.#waitingRows > 0) this.#start()
  }

  /** Resolves when all rows so far are with the database. */
  async drain(): Promise<void> {
    await this.#settle()
    while (this.#waitingRows > 0) {
      this.#start()
      await this.#settle()
    }
  }

  /** Resolves when nothing is on its way any more, whether it arrived or not. */
  async ended(): Promise<void> {
    await this.#underway
  }

  async #settle(): Promise<void> {
    await this.#underway
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #start(): void {
    const all = [...this.#waiting.values()]
    this.#waiting = new Map()
    this.#waitingRows = 0
    this.#again = false
    this.#underway = this.#send(all)
  }

  async #send(all: readonly Waiting[]): Promise<void> {
    try {
      for (const { upstream, batches } of all) await this.#deliver(upstream, batches)
    } catch (error) {
      this.#failure ??= { error }
    } finally {
      this.#underway = undefined
      if (this.#again && this.#waitingRows > 0 && this.#failure === undefined) this.#start()
    }
  }
}
