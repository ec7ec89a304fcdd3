import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import {
  addressKey,
  type Address,
  type Connection,
  type Host,
  type Tls,
} from '../../runtime/host/index.ts'
import { type Channel, createChannel } from './channel.ts'
import {
  type Agreement,
  createHandshake,
  isClient,
  type MemberIdentity,
  NONCE_BYTES,
  type Role,
  type WireSettings,
} from './handshake.ts'
import type { WireLimits } from './limits.ts'
import { createLink, type Handlers, type Link } from './link.ts'

/** What happens to connections; inside a call only where it is `disconnect` or `close`. */
export interface PeerEvents {
  /** The first connection to a member stands. */
  onConnected(peer: MemberIdentity, version: number): void
  /** The last connection to a member is gone; no reason means that it closed in good order. */
  onDisconnected(peer: MemberIdentity, reason: EngineError | undefined): void
  /** As the two before, of a client. */
  onClientConnected?(client: MemberIdentity): void
  onClientDisconnected?(client: MemberIdentity): void
  /** A connection never came to stand: not reached, a stranger, a wrong secret, noise. */
  onRefused(address: Address, reason: EngineError): void
  /** A handler threw something that is no answer: a fault of this program. */
  onBug(error: unknown): void
}

/** The connections of a messenger, by member. */
export interface Peers {
  /** The connection in use to a member, by its own address or one that led to it. */
  find(address: Address): Link | undefined
  /** Dials unless a dial is under way; rejects with the reason. */
  reach(address: Address, timeoutMs: number): Promise<Link>
  accept(connection: Connection): void
  /** Members and clients. */
  connected(): MemberIdentity[]
  disconnect(address: Address, reason: EngineError): void
  /** Resolves when no dial is under way any more. */
  close(): Promise<void>
}

export interface PeersOptions {
  readonly host: Host
  readonly settings: WireSettings
  readonly identity: MemberIdentity
  readonly limits: WireLimits
  readonly tls: Tls | undefined
  readonly handlers: Handlers
  readonly events: PeerEvents
}

interface Opening {
  readonly connection: Connection
  readonly role: Role
  /** The address that was dialed, if we did. */
  readonly dialed: Address | undefined
  readonly onLink: (link: Link) => void
  readonly onFailure: (reason: EngineError) => void
}

/** What is known of all connections. */
interface State {
  readonly options: PeersOptions
  /** By the address that the member tells; the first is in use. */
  readonly links: Map<string, Link[]>
  /** From dialed addresses to those that the members tell. */
  readonly aliases: Map<string, string>
  readonly dials: Map<string, Promise<Link>>
  /** Connections that have not agreed yet. */
  readonly strangers: Set<Connection>
  isClosed: boolean
}

const closedInOrder = (peer: MemberIdentity): EngineError =>
  new EngineError('NET-005', `${addressKey(peer.address)} closed the connection`, {
    retry: 'reconnect',
  })

/**
 * What a new connection tells about those that stand: a member with a new id has started again,
 * and a member dials only when it has no connection, so those that it dialed before are half open.
 */
const replaceEarlier = (known: readonly Link[], { peer, role }: Link): void => {
  for (const link of known) {
    const isStale = role === 'acceptor' && link.role === 'acceptor'
    if (link.peer.id === peer.id && !isStale) continue
    const text = `${addressKey(peer.address)} has connected anew`
    link.channel.cutOff(new EngineError('NET-005', text, { retry: 'reconnect' }))
  }
}

const addLink = (state: State, link: Link, dialed: Address | undefined): void => {
  const key = addressKey(link.peer.address)
  replaceEarlier(state.links.get(key) ?? [], link)
  const known = state.links.get(key) ?? []
  state.links.set(key, known.concat(link))
  if (dialed !== undefined && addressKey(dialed) !== key) state.aliases.set(addressKey(dialed), key)
  if (known.length > 0) return
  const { events } = state.options
  if (isClient(link.peer)) events.onClientConnected?.(link.peer)
  else events.onConnected(link.peer, link.version)
}

const removeLink = (state: State, link: Link, reason: EngineError | undefined): void => {
  const key = addressKey(link.peer.address)
  const left = (state.links.get(key) ?? []).filter((other) => other !== link)
  if (left.length > 0) state.links.set(key, left)
  else {
    state.links.delete(key)
    for (const [alias, target] of state.aliases) if (target === key) state.aliases.delete(alias)
  }
  link.closed(reason ?? closedInOrder(link.peer))
  if (left.length > 0) return
  const { events } = state.options
  if (isClient(link.peer)) events.onClientDisconnected?.(link.peer)
  else events.onDisconnected(link.peer, reason)
}

/** Shakes hands over a new connection and makes a link of it. */
const open = (state: State, opening: Opening): void => {
  const { connection, role, dialed } = opening
  const { host, settings, identity, limits, handlers, events } = state.options
  state.strangers.add(connection)
  let link: Link | undefined
  const onAgreed = (agreement: Agreement): void => {
    state.strangers.delete(connection)
    link = createLink({
      channel,
      role,
      agreement,
      clock: host.clock,
      limits,
      handlers,
      onBug: (error) => events.onBug(error),
    })
    addLink(state, link, dialed)
    opening.onLink(link)
  }
  const onClose = (reason: EngineError | undefined): void => {
    state.strangers.delete(connection)
    if (link !== undefined) {
      removeLink(state, link, reason)
      return
    }
    const address = dialed ?? connection.remote
    const text = `${addressKey(address)} closed the connection during the handshake`
    const failure = reason ?? new EngineError(role === 'dialer' ? 'NET-005' : 'NET-003', text)
    opening.onFailure(failure)
    events.onRefused(address, failure)
  }
  const nonce = host.random.bytes(NONCE_BYTES)
  const channel: Channel = createChannel({
    clock: host.clock,
    connection,
    role,
    handshake: createHandshake(role, settings, identity, nonce),
    limits,
    events: {
      onAgreed,
      onClose,
      onFrame: (frame) => link?.receive(frame),
      onPassing: (kind, correlation, body) => link?.receivePassing(kind, correlation, body),
    },
  })
}

const dial = async (state: State, address: Address): Promise<Link> => {
  if (address.port === 0) {
    throw new EngineError('NET-005', `Client ${address.host} is gone`, { retry: 'reconnect' })
  }
  const { host, tls, limits, events } = state.options
  let connection: Connection
  try {
    connection = await host.network.dial(address, limits.dialTimeoutMs, tls)
  } catch (thrown) {
    const failure =
      thrown instanceof EngineError ? thrown : new EngineError('HST-005', messageOf(thrown))
    if (!state.isClosed) events.onRefused(address, failure)
    throw failure
  }
  if (state.isClosed) {
    connection.destroy()
    throw new EngineError('NET-005', 'This member is closing')
  }
  return new Promise((resolve, reject) => {
    open(state, { connection, role: 'dialer', dialed: address, onLink: resolve, onFailure: reject })
  })
}

/** Whoever waits for a dial and its handshake waits for its own time only; the dial goes on. */
const reach = async (state: State, address: Address, timeoutMs: number): Promise<Link> => {
  const { clock } = state.options.host
  const key = addressKey(address)
  let dialing = state.dials.get(key)
  if (dialing === undefined) {
    dialing = dial(state, address).finally(() => state.dials.delete(key))
    state.dials.set(key, dialing)
  }
  const late = Promise.withResolvers<never>()
  const timer = clock.timer(timeoutMs, () => {
    const text = `Cannot connect to ${key}: no answer within ${timeoutMs} ms`
    late.reject(new EngineError('HST-005', text, { retry: 'backoff' }))
  })
  try {
    return await Promise.race([dialing, late.promise])
  } finally {
    timer.cancel()
  }
}

const find = (state: State, address: Address): Link | undefined => {
  const key = addressKey(address)
  return state.links.get(state.aliases.get(key) ?? key)?.[0]
}

export const createPeers = (options: PeersOptions): Peers => {
  const state: State = {
    options,
    links: new Map(),
    aliases: new Map(),
    dials: new Map(),
    strangers: new Set(),
    isClosed: false,
  }
  return {
    find: (address) => find(state, address),
    reach: (address, timeoutMs) => reach(state, address, timeoutMs),
    accept: (connection) => {
      if (state.isClosed || state.strangers.size >= options.limits.strangersMax) {
        connection.destroy()
        return
      }
      const ignore = (): void => {}
      open(state, {
        connection,
        role: 'acceptor',
        dialed: undefined,
        onLink: ignore,
        onFailure: ignore,
      })
    },
    connected: () => [...state.links.values()].map((links) => links[0]!.peer),
    disconnect: (address, reason) => {
      const key = addressKey(address)
      const links = state.links.get(state.aliases.get(key) ?? key) ?? []
      for (const link of links) link.channel.cutOff(reason)
    },
    close: async () => {
      state.isClosed = true
      for (const links of state.links.values()) for (const link of links) link.channel.end()
      for (const connection of state.strangers) connection.destroy()
      await Promise.allSettled(state.dials.values())
    },
  }
}
