import { EngineError } from '../../../runtime/errors/index.ts'
import type { CommitInfo, ConnectorContext, SinkCommitter } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import type { TransactionName } from './dialects/dialect.ts'
import type { Ending } from './dialects/twoPhase.ts'
import { openSession, translated, type Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { sinkTarget } from './targetTables.ts'

/** MySQL's limit for either part of the name of a transaction. */
const GROUP_CHARACTERS = 64
const BACKOFF_MS = 100
/** A server notices the end of the connection that prepared a transaction in its own time. */
const HELD_POLL_MS = 20
const HELD_PATIENCE_MS = 30_000

/** The common part of the names of all transactions of a sink of a job. */
export const transactionGroup = ({ jobId, vertex }: ConnectorContext): string => {
  const group = `tidegate:${jobId}:${vertex.id}`
  if (group.length <= GROUP_CHARACTERS) return group
  throw new EngineError(
    'JDB-001',
    `The job id ${jobId} is too long for is_exactly_once: ${group} has ${group.length} of at most ` +
      `${GROUP_CHARACTERS} characters.`,
  )
}

const nameOf = (info: CommitInfo): TransactionName => info as unknown as TransactionName

/** Commits what the writers prepared. A transaction that is gone was committed before. */
export const createJdbcCommitter = (
  options: JdbcSinkOptions,
  context: ConnectorContext,
): SinkCommitter => {
  const target = sinkTarget(options)
  let session: Session | undefined

  const disconnect = async (): Promise<void> => {
    const closing = session
    session = undefined
    await closing?.connection.close()
  }

  /** Tries as often as max_commit_attempts says, over a new connection when the old one was lost. */
  const attempt = async <Result>(step: (session: Session) => Promise<Result>): Promise<Result> => {
    for (let count = 1; ; count += 1) {
      try {
        session ??= await openSession(context.host, target)
        const current = session
        return await translated(target, () => step(current))
      } catch (error) {
        const retry = error instanceof EngineError ? error.retry : 'never'
        if (retry === 'reconnect') await disconnect()
        if (retry === 'never' || count >= options.max_commit_attempts) throw error
        await waitMs(context.host.clock, BACKOFF_MS * 2 ** (count - 1), context.signal)
      }
    }
  }

  /** Ends a transaction one way, as soon as nothing holds it any more. */
  const end = async (verb: 'commit' | 'rollback', name: TransactionName): Promise<Ending> => {
    const { clock } = context.host
    const deadlineMs = clock.monotonic() + HELD_PATIENCE_MS
    for (;;) {
      const ending = await attempt(({ twoPhase, connection }) => twoPhase[verb](connection, name))
      if (ending !== 'held') return ending
      if (clock.monotonic() > deadlineMs || context.signal.aborted) {
        throw new EngineError(
          'JDB-002',
          `The transaction ${name.group}:${name.branch} is still held by the connection that ` +
            'prepared it, which the server has not ended.',
          { retry: 'backoff' },
        )
      }
      await waitMs(clock, HELD_POLL_MS, context.signal)
    }
  }

  return {
    commit: async (infos) => {
      for (const name of infos.map(nameOf)) {
        if ((await end('commit', name)) === 'unknown') {
          context.log('info', `Transaction ${name.group}:${name.branch} was committed before.`)
        }
      }
    },
    abort: async (infos) => {
      for (const name of infos.map(nameOf)) await end('rollback', name)
    },
    abortOrphans: async () => {
      if (!options.is_exactly_once) return
      const group = transactionGroup(context)
      const left = await attempt(({ twoPhase, connection }) => twoPhase.list(connection, group))
      for (const name of left) await end('rollback', name)
    },
    close: disconnect,
  }
}
