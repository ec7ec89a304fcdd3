import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import type { ConnectorContext } from '../contract.ts'
import type { TransactionName } from './dialects/dialect.ts'
import { createRowWriter, type RowWriter } from './rowWriter.ts'
import { openSession, translated, type Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { transactionGroup } from './transactions.ts'
import type { Target } from './urls.ts'

/** The connection of a sink's writer, opened when it is needed, and its transaction. */
export class SinkSession {
  readonly #options: JdbcSinkOptions
  readonly #context: ConnectorContext
  readonly #target: Target
  #session: Session | undefined
  #rowWriters = new Map<string, RowWriter>()
  /** The transaction of two phases that is open; never set without is_exactly_once. */
  #transaction: TransactionName | undefined
  #transactionCount = 0

  constructor(options: JdbcSinkOptions, context: ConnectorContext, target: Target) {
    this.#options = options
    this.#context = context
    this.#target = target
  }

  async open(): Promise<void> {
    const { twoPhase, connection } = await this.#connected()
    if (!this.#options.is_exactly_once) return
    await translated(this.#target, () => twoPhase.check(connection))
  }

  /** Sends rows: in a transaction of their own, or within the open one of two phases. */
  send(upstream: TableSchema, batches: readonly Batch[]): Promise<void> {
    return translated(this.#target, async () => {
      const write = await this.#rowWriterOf(upstream)
      if (this.#options.is_exactly_once) {
        await this.#begin()
        await write(batches)
      } else await this.#sendAlone(() => write(batches))
    })
  }

  /** Prepares the open transaction and returns its name; undefined when nothing was sent. */
  async prepare(): Promise<TransactionName | undefined> {
    const name = this.#transaction
    if (name === undefined) return undefined
    const { twoPhase, connection } = await this.#connected()
    await translated(this.#target, () => twoPhase.prepare(connection, name))
    this.#transaction = undefined
    if (twoPhase.closesAfterPrepare) await this.close()
    return name
  }

  /** Gives up the open transaction and the connection. */
  async abandon(): Promise<void> {
    const name = this.#transaction
    this.#transaction = undefined
    if (name !== undefined && this.#session !== undefined) {
      const { twoPhase, connection } = this.#session
      // Closing the connection ends the transaction where this does not.
      await twoPhase.abandon(connection, name).catch(() => undefined)
    }
    await this.close()
  }

  async close(): Promise<void> {
    const closing = this.#session
    this.#session = undefined
    this.#rowWriters = new Map()
    await closing?.connection.close()
  }

  async #connected(): Promise<Session> {
    this.#session ??= await openSession(this.#context.host, this.#target)
    return this.#session
  }

  async #rowWriterOf(upstream: TableSchema): Promise<RowWriter> {
    const known = this.#rowWriters.get(upstream.path)
    if (known !== undefined) return known
    const session = await this.#connected()
    const made = await createRowWriter(session, this.#options, upstream, this.#context)
    this.#rowWriters.set(upstream.path, made)
    return made
  }

  async #begin(): Promise<void> {
    if (this.#transaction !== undefined) return
    const { twoPhase, connection } = await this.#connected()
    this.#transactionCount += 1
    const unique = this.#context.host.random.uuid().slice(0, 13)
    const name = {
      group: transactionGroup(this.#context),
      branch: `${this.#context.instance}-${this.#transactionCount}-${unique}`,
    }
    await twoPhase.begin(connection, name)
    this.#transaction = name
  }

  async #sendAlone(write: () => Promise<void>): Promise<void> {
    const { connection } = await this.#connected()
    await connection.script('BEGIN')
    try {
      await write()
      await connection.script('COMMIT')
    } catch (error) {
      // Fails too when the connection is lost, and then there is nothing to roll back.
      await connection.script('ROLLBACK').catch(() => undefined)
      throw error
    }
  }
}
