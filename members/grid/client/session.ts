import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import { addressKey, type Address, type Host, type Timer } from '../../../runtime/host/index.ts'
import { expandMembers } from '../../discovery/index.ts'
import {
  type ClientMessenger,
  createClientMessenger,
  type MemberIdentity,
  type WireSettings,
} from '../../wire/index.ts'
import { ByteSource } from '../bytes/index.ts'
import { createKnownCluster, type KnownCluster } from './cluster.ts'
import { NEWS_KIND, QUESTIONS, readNews, WELCOME_KIND } from './news.ts'
import type { ClientSettings, RetrySettings } from './settings.ts'

/** `lost` looks for a member to tell it of the cluster; `closed` is the end. */
export type SessionState = 'connecting' | 'connected' | 'lost' | 'closed'

/** The bond of a client with a cluster: one of the members tells it of all changes. */
export interface ClientSession {
  readonly messenger: ClientMessenger
  readonly cluster: KnownCluster
  state(): SessionState
  /** Why the session is over, once it is. */
  closedBy(): EngineError | undefined
  onState(listener: (state: SessionState) => void): () => void
  close(): Promise<void>
}

/** Ports that masters take unless configured: as many as members without a port are tried at. */
const PORTS = [5801, 5802, 5803]
const PING = new Uint8Array([QUESTIONS.ping])
const NOTHING = new Uint8Array(0)
const REFUSALS: readonly string[] = ['NET-001', 'NET-002', 'NET-007']

/** The pauses between rounds of attempts. */
const createPauses = (host: Host, retry: RetrySettings) => {
  let nextMs = retry.initialBackoffMs
  return (): number => {
    const spread = 1 + retry.jitter * (2 * host.random.next() - 1)
    const pauseMs = Math.min(nextMs * spread, retry.maxBackoffMs)
    nextMs = Math.min(nextMs * retry.multiplier, retry.maxBackoffMs)
    return Math.max(1, pauseMs)
  }
}

interface Session {
  readonly host: Host
  readonly settings: ClientSettings
  readonly messenger: ClientMessenger
  readonly cluster: KnownCluster
  readonly listeners: Set<(state: SessionState) => void>
  state: SessionState
  closedBy: EngineError | undefined
  /** The member that tells of changes. */
  home: MemberIdentity | undefined
  /** What became of the last news from `home`. */
  learned: ReturnType<KnownCluster['learn']> | undefined
  /** Ends the wait for what comes next: the loss of `home`, the end of a pause. */
  wake: () => void
  heartbeat: Timer | undefined
}

const setState = (session: Session, state: SessionState): void => {
  if (session.state === state || session.state === 'closed') return
  session.state = state
  for (const listener of session.listeners) listener(state)
}

/** Members that were known last, in any order, then those of the configuration. */
const candidates = ({ host, settings, cluster }: Session): Address[] => {
  const known = cluster.members().map(({ address }) => ({ address, order: host.random.next() }))
  known.sort((left, right) => left.order - right.order)
  const all = [...known.map(({ address }) => address), ...expandMembers(settings.members, PORTS)]
  return [...new Map(all.map((address) => [addressKey(address), address])).values()]
}

/** Asks a member for all there is; from then on it tells of changes. */
const settleAt = async (session: Session, address: Address): Promise<void> => {
  const { messenger, cluster, settings } = session
  const timeoutMs = settings.connectionTimeoutMs
  session.home = await messenger.connect(address, timeoutMs)
  session.learned = undefined
  await messenger.request(address, WELCOME_KIND, NOTHING, { timeoutMs })
  if (session.learned === 'taken') return
  throw new EngineError(
    'NET-007',
    `${addressKey(address)} has not ${cluster.table().partitionCount} partitions, as its cluster had before`,
  )
}

/** Rejects with GRD-050, or with the reason why every member refuses this client. */
const findHome = async (session: Session): Promise<void> => {
  const { host, settings } = session
  const { clusterConnectTimeoutMs } = settings.retry
  const startMs = host.clock.monotonic()
  const pauseMs = createPauses(host, settings.retry)
  for (;;) {
    const failures: EngineError[] = []
    const addresses = candidates(session)
    for (const address of addresses) {
      if (session.state === 'closed') return
      try {
        return await settleAt(session, address)
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        failures.push(thrown)
      }
    }
    const last = failures.at(-1)
    const refusal = failures.find(({ code }) => REFUSALS.includes(code))
    const isHopeless = failures.every(({ code }) => code === 'HST-005' || REFUSALS.includes(code))
    if (refusal !== undefined && isHopeless && session.state === 'connecting') throw refusal
    const leftMs = startMs + clusterConnectTimeoutMs - host.clock.monotonic()
    if (leftMs <= 0) {
      const names = addresses.map(addressKey).join(', ')
      throw new EngineError('GRD-050', `No member answers at ${names}: ${messageOf(last)}`, {
        retry: 'backoff',
      })
    }
    await pause(session, Math.min(pauseMs(), leftMs))
  }
}

const pause = (session: Session, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = session.host.clock.timer(delayMs, resolve)
    session.wake = () => {
      timer.cancel()
      resolve()
    }
  })

/** Resolves when the member that tells of changes is gone, or tells of another cluster. */
const homeLost = (session: Session): Promise<void> =>
  new Promise((resolve) => {
    session.wake = resolve
    const isThere = session.messenger.connected().some(({ id }) => id === session.home?.id)
    if (!isThere) resolve()
  })

/** Looks for a member, stays with it, and looks for the next when it is gone. */
const live = async (session: Session, onFirst: () => void): Promise<void> => {
  for (;;) {
    await findHome(session)
    if (session.state === 'closed') return
    setState(session, 'connected')
    onFirst()
    await homeLost(session)
    session.home = undefined
    if (session.settings.reconnectMode === 'OFF' && session.messenger.connected().length === 0) {
      throw new EngineError('GRD-050', 'The last connection to the cluster is lost')
    }
    setState(session, 'lost')
  }
}

/** Leaves members that do not answer any more, though nothing has told so. */
const beat = (session: Session): void => {
  const { host, settings, messenger } = session
  const asked = new Set<string>()
  const ask = async ({ id, address }: MemberIdentity): Promise<void> => {
    if (asked.has(id)) return
    asked.add(id)
    try {
      const timeoutMs = settings.heartbeatTimeoutMs
      await messenger.request(address, WELCOME_KIND, PING, { timeoutMs })
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      if (thrown.code === 'NET-004') messenger.disconnect(address, thrown.message)
    } finally {
      asked.delete(id)
    }
  }
  const next = (): void => {
    for (const member of messenger.connected()) void ask(member)
    session.heartbeat = host.clock.timer(settings.heartbeatIntervalMs, next)
  }
  session.heartbeat = host.clock.timer(settings.heartbeatIntervalMs, next)
}

const close = async (session: Session, reason: EngineError): Promise<void> => {
  if (session.state === 'closed') return
  session.closedBy = reason
  setState(session, 'closed')
  session.heartbeat?.cancel()
  session.wake()
  await session.messenger.close()
}

const listen = (session: Session): void => {
  session.messenger.onMessage(NEWS_KIND, (from, body) => {
    if (from.id !== session.home?.id) return
    session.learned = session.cluster.learn(readNews(new ByteSource(body)))
    // Of another cluster: all there is must be asked for.
    if (session.learned !== 'taken') session.wake()
  })
}

/**
 * Resolves when a member has told of the cluster. Rejects with EngineError: GRD-050 no member
 * answers in time; NET-001, NET-002 or NET-007 when all that are there refuse this client.
 */
export const openSession = async (
  host: Host,
  settings: ClientSettings,
  versions: WireSettings['versions'],
): Promise<ClientSession> => {
  const messenger = createClientMessenger({
    host,
    settings: { clusterName: settings.clusterName, secret: settings.secret, versions },
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    limits: { dialTimeoutMs: settings.connectionTimeoutMs },
    events: {
      onConnected: () => {},
      onDisconnected: ({ id }) => {
        if (id === session.home?.id) session.wake()
      },
      onRefused: () => {},
      onBug: (error) => {
        throw error
      },
    },
  })
  const session: Session = {
    host,
    settings,
    messenger,
    cluster: createKnownCluster(),
    listeners: new Set(),
    state: 'connecting',
    closedBy: undefined,
    home: undefined,
    learned: undefined,
    wake: () => {},
    heartbeat: undefined,
  }
  listen(session)
  const first = Promise.withResolvers<void>()
  void live(session, first.resolve).catch(async (thrown: unknown) => {
    const isKnown = thrown instanceof EngineError
    await close(session, isKnown ? thrown : new EngineError('GRD-050', messageOf(thrown)))
    first.reject(thrown)
    if (!isKnown) throw thrown
  })
  await first.promise
  beat(session)
  return {
    messenger,
    cluster: session.cluster,
    state: () => session.state,
    closedBy: () => session.closedBy,
    onState: (listener) => {
      session.listeners.add(listener)
      return () => session.listeners.delete(listener)
    },
    close: () => close(session, new EngineError('GRD-051', 'This client is closed')),
  }
}
