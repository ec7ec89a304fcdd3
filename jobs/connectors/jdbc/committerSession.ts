import { EngineError } from '../../../runtime/errors/index.ts'
import type { ConnectorContext } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import type { TransactionName } from './dialects/dialect.ts'
import { openSession, translated, type Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { sinkTarget } from './targetTables.ts'
import type { Target } from './urls.ts'

const BACKOFF_MS = 100
/** A server notices the end of the connection that prepared a transaction in its own time. */
const HELD_POLL_MS = 20
const HELD_PATIENCE_MS = 30_000

/** The connection of a sink's committer, opened when it is needed and again when it was lost. */
export class CommitterSession {
  readonly target: Target
  readonly #options: JdbcSinkOptions
  readonly #context: ConnectorContext
  #session: Session | undefined

  constructor(options: JdbcSinkOptions, context: ConnectorContext) {
    this.target = sinkTarget(options)
    this.#options = options
    this.#context = context
  }

  /** Tries as often as max_commit_attempts says. */
  async attempt<Result>(step: (session: Session) => Promise<Result>): Promise<Result> {
    const { host, signal } = this.#context
    for (let count = 1; ; count += 1) {
      try {
        this.#session ??= await openSession(host, this.target)
        const current = this.#session
        return await translated(this.target, () => step(current))
      } catch (error) {
        const retry = error instanceof EngineError ? error.retry : 'never'
        if (retry === 'reconnect') await this.close()
        if (retry === 'never' || count >= this.#options.max_commit_attempts) throw error
        await waitMs(host.clock, BACKOFF_MS * 2 ** (count - 1), signal)
      }
    }
  }

  /** Takes the step until it does not find the transaction held any more. */
  async untilFree<Result>(
    { group, branch }: TransactionName,
    step: (session: Session) => Promise<Result | 'held'>,
  ): Promise<Result> {
    const { host, signal } = this.#context
    const deadlineMs = host.clock.monotonic() + HELD_PATIENCE_MS
    for (;;) {
      const result = await this.attempt(step)
      if (result !== 'held') return result
      if (host.clock.monotonic() > deadlineMs || signal.aborted) {
        throw new EngineError(
          'JDB-002',
          `The transaction ${group}:${branch} is still held by the connection that prepared it, ` +
            'which the server has not ended.',
          { retry: 'backoff' },
        )
      }
      await waitMs(host.clock, HELD_POLL_MS, signal)
    }
  }

  async close(): Promise<void> {
    const closing = this.#session
    this.#session = undefined
    await closing?.connection.close()
  }
}
