import { EngineError } from '../../runtime/errors/index.ts'
import {
  addressKey,
  type Address,
  type Host,
  type Listener,
  type Tls,
} from '../../runtime/host/index.ts'
import type { CallHandler, CallHandlers, CallPeer } from './calls.ts'
import { isClient, type MemberIdentity, type WireSettings } from './handshake.ts'
import { DEFAULT_LIMITS, type WireLimits } from './limits.ts'
import type { Handlers, Link, MessageHandler } from './link.ts'
import { createPeers, type PeerEvents, type Peers } from './peers.ts'
import type { MessageKind, RequestHandler, RequestOptions } from './requests.ts'
import type { StreamHandler, StreamWriter } from './streams.ts'
import { subscribe } from './subscribe.ts'

/** Requests so cheap that they can be made for every operation. */
export interface MessengerCalls {
  /** The connection to a member for calls, if there is one at this moment. */
  callPeer(to: Address): CallPeer | undefined
  /** Makes sure of a connection for calls; rejects as `connect` does. */
  reachCallPeer(to: Address, timeoutMs: number): Promise<CallPeer>
  /** A call of a kind without a handler cuts the peer off. */
  onCall(kind: MessageKind, handler: CallHandler): void
  /** Answers to calls; `body` begins with the head of the answer. Returns how to stop it. */
  onAnswer(handler: CallHandler): () => void
  /** Told when a connection is lost: no answer comes over it any more. Returns how to stop it. */
  onCallPeerLost(listener: (peer: CallPeer) => void): () => void
}

/** What members say to each other, over connections that are made when they are needed. */
export interface Messenger extends MessengerCalls {
  /** This member; its address is the one that others are told. */
  readonly identity: MemberIdentity
  /** Where the messenger listens. */
  readonly boundTo: Address
  /**
   * Sends without any promise of arrival. What one member sends to another arrives in order, unless
   * the connection between them broke in between.
   */
  send(to: Address, kind: MessageKind, body: Uint8Array): void
  /**
   * Rejects with EngineError: NET-004 no answer in time, NET-005 connection lost (the request may
   * have been served), NET-006 refused, HST-005 not reached, or what the handler threw.
   */
  request(
    to: Address,
    kind: MessageKind,
    body: Uint8Array,
    options: RequestOptions,
  ): Promise<Uint8Array>
  /** Rejects as `request` does when the member is not reached within `timeoutMs`. */
  openStream(
    to: Address,
    kind: MessageKind,
    header: Uint8Array,
    timeoutMs: number,
  ): Promise<StreamWriter>
  /** Makes sure of a connection and tells who is there; NET-001, NET-002 or NET-007 when it is no mate. */
  connect(to: Address, timeoutMs: number): Promise<MemberIdentity>
  /**
   * Each kind has one handler; a kind without one is ignored (messages) or refused. The body of a
   * message is good until its handler returns.
   */
  onMessage(kind: MessageKind, handler: MessageHandler): void
  onRequest(kind: MessageKind, handler: RequestHandler): void
  onStream(kind: MessageKind, handler: StreamHandler): void
  /** Lets clients say these kinds too; any other is for members alone. */
  openToClients(kinds: readonly MessageKind[]): void
  /** Members with a connection at this moment. */
  connected(): MemberIdentity[]
  /** Clients with a connection at this moment; a message to one goes to its address. */
  clients(): MemberIdentity[]
  /** Told after the first connection of a client and after its last; returns how to stop it. */
  onClients(listener: ClientListener): () => void
  /** Closes all connections to a member at once. */
  disconnect(address: Address, reason: string): void
  /** Ends all connections in good order; a peer that does not answer to that is left after 1 s. */
  close(): Promise<void>
}

export interface ClientListener {
  onCome(client: MemberIdentity): void
  onGone(client: MemberIdentity): void
}

/** The messenger of a client: it dials and is never dialed. */
export type ClientMessenger = Omit<Messenger, 'boundTo' | 'openToClients' | 'clients' | 'onClients'>

export interface ClientMessengerOptions {
  readonly host: Host
  readonly settings: Omit<WireSettings, 'partitionCount'>
  readonly tls?: Tls
  readonly limits?: Partial<WireLimits>
  readonly events: PeerEvents
}

export interface MessengerOptions extends Omit<ClientMessengerOptions, 'settings'> {
  readonly settings: WireSettings
  /** Where to listen; port 0 takes a free one. */
  readonly listenOn: Address
  /** What others are told to dial; where we listen unless given, its port too where that is 0. */
  readonly publicAddress?: Address
}

/** Messages that may wait for a connection that is being made, per member; more are lost. */
const QUEUED_MAX = 1000

interface Queued {
  readonly kind: MessageKind
  readonly body: Uint8Array
}

const handle = <T>(handlers: Map<MessageKind, T>, kind: MessageKind, handler: T): void => {
  if (handlers.has(kind)) throw new Error(`Kind ${kind} has a handler already`)
  handlers.set(kind, handler)
}

const createHandlers = (): Handlers => ({
  messages: new Map(),
  requests: new Map(),
  streams: new Map(),
  clientKinds: new Set(),
  calls: { calls: new Map(), onAnswer: new Set(), onLost: new Set() },
})

interface Speaker {
  readonly host: Host
  readonly limits: WireLimits
  readonly identity: MemberIdentity
  readonly handlers: Handlers
  readonly peers: Peers
}

/** Sends what waits for a connection once it stands. */
const createSender = ({ limits, peers }: Speaker): Messenger['send'] => {
  const queued = new Map<string, Queued[]>()
  const sendQueued = (to: Address, link: Link): void => {
    const waiting = queued.get(addressKey(to))
    if (waiting === undefined) return
    queued.delete(addressKey(to))
    for (const { kind, body } of waiting) link.send(kind, body)
  }
  return (to, kind, body) => {
    const link = peers.find(to)
    if (link !== undefined) {
      sendQueued(to, link)
      link.send(kind, body)
      return
    }
    const waiting = queued.get(addressKey(to))
    if (waiting !== undefined) {
      if (waiting.length < QUEUED_MAX) waiting.push({ kind, body: body.slice() })
      return
    }
    queued.set(addressKey(to), [{ kind, body: body.slice() }])
    peers.reach(to, limits.dialTimeoutMs + limits.handshakeTimeoutMs).then(
      (reached) => sendQueued(to, reached),
      // No promise of arrival; `events.onRefused` has told why.
      () => queued.delete(addressKey(to)),
    )
  }
}

const reach = async (peers: Peers, to: Address, timeoutMs: number): Promise<Link> =>
  peers.find(to) ?? (await peers.reach(to, timeoutMs))

const createCalls = (peers: Peers, handlers: CallHandlers): MessengerCalls => ({
  callPeer: (to) => peers.find(to)?.callPeer,
  reachCallPeer: async (to, timeoutMs) => (await reach(peers, to, timeoutMs)).callPeer,
  onCall: (kind, handler) => handle(handlers.calls, kind, handler),
  onAnswer: (handler) => subscribe(handlers.onAnswer, handler),
  onCallPeerLost: (listener) => subscribe(handlers.onLost, listener),
})

const createSpeaker = (speaker: Speaker): Omit<ClientMessenger, 'close'> => {
  const { host, identity, handlers, peers } = speaker
  const request: Messenger['request'] = async (to, kind, body, given) => {
    const start = host.clock.monotonic()
    const link = peers.find(to) ?? (await peers.reach(to, given.timeoutMs))
    const timeoutMs = given.timeoutMs - (host.clock.monotonic() - start)
    return link.request(kind, body, { ...given, timeoutMs })
  }
  return {
    ...createCalls(peers, handlers.calls),
    identity,
    send: createSender(speaker),
    request,
    openStream: async (to, kind, header, timeoutMs) =>
      (await reach(peers, to, timeoutMs)).openStream(kind, header),
    connect: async (to, timeoutMs) => (await reach(peers, to, timeoutMs)).peer,
    onMessage: (kind, handler) => handle(handlers.messages, kind, handler),
    onRequest: (kind, handler) => handle(handlers.requests, kind, handler),
    onStream: (kind, handler) => handle(handlers.streams, kind, handler),
    connected: () => peers.connected().filter((peer) => !isClient(peer)),
    disconnect: (address, reason) => peers.disconnect(address, new EngineError('NET-005', reason)),
  }
}

/** Starts to listen; rejects with HST-006 when the address cannot be had. */
export const createMessenger = async (options: MessengerOptions): Promise<Messenger> => {
  const { host, settings, listenOn, tls } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const handlers = createHandlers()
  const clientListeners = new Set<ClientListener>()
  let accept: Parameters<Host['network']['listen']>[1] = (connection) => connection.destroy()
  const listener: Listener = await host.network.listen(
    listenOn,
    (connection) => accept(connection),
    tls,
  )
  const { publicAddress = listener.address } = options
  const identity = {
    id: host.random.uuid(),
    address: { ...publicAddress, port: publicAddress.port || listener.address.port },
  }
  const events: PeerEvents = {
    ...options.events,
    onClientConnected: (client) => {
      for (const each of clientListeners) each.onCome(client)
    },
    onClientDisconnected: (client) => {
      for (const each of clientListeners) each.onGone(client)
    },
  }
  const peers = createPeers({ host, settings, identity, limits, tls, handlers, events })
  accept = (connection) => peers.accept(connection)
  return {
    ...createSpeaker({ host, limits, identity, handlers, peers }),
    boundTo: listener.address,
    openToClients: (kinds) => {
      for (const kind of kinds) handlers.clientKinds.add(kind)
    },
    clients: () => peers.connected().filter(isClient),
    onClients: (each) => subscribe(clientListeners, each),
    close: async () => {
      await Promise.all([listener.close(), peers.close()])
    },
  }
}

/** A messenger that dials members and does not listen; nothing happens before it is asked to. */
export const createClientMessenger = (options: ClientMessengerOptions): ClientMessenger => {
  const { host, tls, events } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const handlers = createHandlers()
  const id = host.random.uuid()
  const identity = { id, address: { host: id, port: 0 } }
  const settings = { ...options.settings, partitionCount: 0 }
  const peers = createPeers({ host, settings, identity, limits, tls, handlers, events })
  return {
    ...createSpeaker({ host, limits, identity, handlers, peers }),
    close: () => peers.close(),
  }
}
