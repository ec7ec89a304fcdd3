import { EngineError } from '../../../runtime/errors/index.ts'
import type { CommitInfo, ConnectorContext, SinkCommitter } from '../contract.ts'
import { CommitterSession } from './committerSession.ts'
import type { TransactionName } from './dialects/dialect.ts'
import { TWO_PHASE } from './dialects/twoPhase.ts'
import type { JdbcSinkOptions } from './spec.ts'

/** MySQL's limit for either part of the name of a transaction. */
const GROUP_CHARACTERS = 64
/**
 * MariaDB takes a commit before its storage engine has let go of the connection that has just ended,
 * and then loses the transaction while it says that all is well (seen with 10.11.19).
 */
const LET_GO_MS = 20

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
  const session = new CommitterSession(options, context)
  const { closesAfterPrepare } = TWO_PHASE[session.target.dialect]

  /** Ends transactions one way, when the connections that prepared them are gone. */
  const end = async (
    verb: 'commit' | 'rollback',
    names: readonly TransactionName[],
  ): Promise<void> => {
    if (names.length === 0) return
    for (const name of names) {
      await session.untilFree(name, async ({ twoPhase, connection }) =>
        (await twoPhase.isHeld(connection, name)) ? 'held' : 'free',
      )
    }
    if (closesAfterPrepare) await context.host.clock.sleep(LET_GO_MS)
    for (const name of names) {
      const ending = await session.untilFree(name, ({ twoPhase, connection }) =>
        twoPhase[verb](connection, name),
      )
      if (verb === 'commit' && ending === 'unknown') {
        context.log('info', `Transaction ${name.group}:${name.branch} was committed before.`)
      }
    }
  }

  return {
    commit: (infos) => end('commit', infos.map(nameOf)),
    abort: (infos) => end('rollback', infos.map(nameOf)),
    abortOrphans: async () => {
      if (!options.is_exactly_once) return
      const group = transactionGroup(context)
      await end(
        'rollback',
        await session.attempt(({ twoPhase, connection }) => twoPhase.list(connection, group)),
      )
    },
    close: () => session.close(),
  }
}
