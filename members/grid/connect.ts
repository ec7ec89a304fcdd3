import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { PROTOCOL } from '../member/index.ts'
import {
  askStatistics,
  type ClientSession,
  type ClientSettings,
  openSession,
  QUESTIONS,
  WELCOME_KIND,
  withBackPressure,
} from './client/index.ts'
import { nearCacheOf } from './settings.ts'
import { createStructures, type Grid } from './facade.ts'
import { createSubscriber } from './events/index.ts'
import { createInvoker, type GridInvoker, type Invoker } from './operations/index.ts'
import { GRID_KINDS } from './kinds.ts'
import { type MigrationEvent, migrationEvents } from './table/index.ts'

const lost = new EngineError('GRD-051', 'The connection to the cluster is lost', {
  retry: 'reconnect',
})

/** Tries calls again also when nobody knows whether they have run. */
const redoing = (invoker: Invoker): Omit<GridInvoker, 'subscribe'> => {
  const isIdempotent = true
  return {
    partitionCount: invoker.partitionCount,
    callerId: invoker.callerId,
    invoke: (invocation) => invoker.invoke({ ...invocation, isIdempotent }),
    invokeOnPartitions: (partitions, invocation) =>
      invoker.invokeOnPartitions(partitions, { ...invocation, isIdempotent }),
    invokeAll: (all) => invoker.invokeAll(all.map((each) => ({ ...each, isIdempotent }))),
  }
}

/** Calls of a client go to the member that has the partition, its subscriptions to all with data. */
const invokerOf = (host: Host, session: ClientSession, settings: ClientSettings): GridInvoker => {
  const { messenger, cluster } = session
  const table = cluster.table()
  const invoker = createInvoker({
    clock: host.clock,
    messenger,
    totalMs: settings.invocationTimeoutMs,
    partitionCount: table.partitionCount,
    callerId: messenger.identity.id,
    row: (partition) => table.row(partition),
    adopt: (partition, row) => void table.adopt(partition, row),
    addressOf: (id) => cluster.addressOf(id),
  })
  const subscriber = createSubscriber({
    clock: host.clock,
    messenger,
    sources: () => cluster.members().filter(({ isLite }) => !isLite),
  })
  table.onRow((partition) => invoker.onRow(partition))
  let known = new Set(cluster.members().map(({ id }) => id))
  cluster.onMembers((members) => {
    const now = new Set(members.map(({ id }) => id))
    for (const id of known) if (!now.has(id)) invoker.memberGone(id)
    known = now
    subscriber.refresh()
  })
  session.onState((state) => {
    if (state !== 'closed') return
    invoker.close()
    subscriber.close()
  })
  const refusal = (): EngineError | undefined => {
    if (session.state() === 'lost' && settings.reconnectMode === 'ASYNC') return lost
    return session.closedBy()
  }
  const tried = settings.redoOperation ? redoing(invoker) : invoker
  const calls = withBackPressure(tried, { ...settings, clock: host.clock, refusal })
  return { ...calls, subscribe: (...given) => subscriber.subscribe(...given) }
}

const asksSafe = async (
  { messenger, cluster }: ClientSession,
  timeoutMs: number,
): Promise<boolean> => {
  const [member] = messenger.connected()
  const address = member?.address ?? cluster.members()[0]?.address
  if (address === undefined) return false
  const question = new Uint8Array([QUESTIONS.isSafe])
  const answer = await messenger.request(address, WELCOME_KIND, question, { timeoutMs })
  return answer[0] === 1
}

const NOTHING = new Uint8Array(0)
const GOODBYE_MS = 1000

/** So that what it holds, such as locks, is free at once; without it members wait for it to return. */
const sayGoodbye = async ({ messenger }: ClientSession): Promise<void> => {
  const [member] = messenger.connected()
  if (member === undefined) return
  try {
    await messenger.request(member.address, GRID_KINDS.clientLeaves, NOTHING, {
      timeoutMs: GOODBYE_MS,
    })
  } catch (thrown) {
    // Then it is found missing.
    if (!(thrown instanceof EngineError)) throw thrown
  }
}

/**
 * Connects to a cluster as a client: it learns from any member where everything is, asks the owners
 * themselves, and looks for the next member when one is lost.
 * Rejects with EngineError: GRD-050 no member answers in time; NET-001, NET-002 or NET-007 when all
 * that are there refuse this client.
 */
export const connectGrid = async (host: Host, settings: ClientSettings): Promise<Grid> => {
  const session = await openSession(host, settings, PROTOCOL)
  const { cluster } = session
  const invoker = invokerOf(host, session, settings)
  const close = async (): Promise<void> => {
    await sayGoodbye(session)
    await session.close()
  }
  const onMigration = (listener: (event: MigrationEvent) => void): (() => void) =>
    cluster.table().onRow((partition, row, previous) => {
      for (const event of migrationEvents(partition, row, previous)) listener(event)
    })
  return {
    ...createStructures(
      { host, invoker },
      {
        reliableTopics: settings.reliableTopics,
        nearCacheOf: (name) => nearCacheOf(settings.nearCaches, name),
      },
    ),
    id: invoker.callerId,
    clusterName: settings.clusterName,
    partitionCount: invoker.partitionCount,
    members: () => cluster.members(),
    onMembers: (listener) => cluster.onMembers(listener),
    isSafe: () => asksSafe(session, settings.connectionTimeoutMs),
    onMigration,
    onPartitionLost: (listener) =>
      cluster.onPartitionLost((partition, row) =>
        listener({ partition, version: row?.version ?? 0 }),
      ),
    statistics: () =>
      askStatistics(session.messenger, cluster.members(), settings.connectionTimeoutMs),
    close,
    [Symbol.asyncDispose]: close,
  }
}
