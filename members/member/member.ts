import { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Host } from '../../runtime/host/index.ts'
import { discoveryMethod, startDiscovery } from '../discovery/index.ts'
import {
  addressKey,
  type ClusterSummary,
  decodeMessage,
  encodeMessage,
  isMaster,
  isSafe,
  type MemberRecord,
  type MembershipEffect,
  type View,
} from '../membership/index.ts'
import type { MemberSettings } from '../settings.ts'
import { createMessenger, type Messenger } from '../wire/index.ts'
import { chooseBindHost, listenOnFreePort, publicAddressOf, refuseOpenDoor } from './addresses.ts'
import { createBrain } from './brain.ts'
import { probe } from './probe.ts'
import { membershipSettings, PROTOCOL } from './settings.ts'

/** What happened to the cluster, as this member saw it. */
export type MemberEvent =
  /** The list or the master has changed; `mergedFrom` is the cluster given up for this one. */
  | { readonly kind: 'changed'; readonly view: View; readonly mergedFrom: string | undefined }
  /** This cluster gives way to another one: data to be merged must be put aside in this call. */
  | { readonly kind: 'merging'; readonly into: ClusterSummary }
  /** This member is out and joins anew, under a new id. */
  | { readonly kind: 'reset'; readonly reason: string }
  /** A connection came to nothing: a stranger, a wrong secret, noise. */
  | { readonly kind: 'refused'; readonly address: Address; readonly reason: EngineError }

/** A member of a cluster. */
export interface Member {
  /** This member as others know it; its id changes when it has to join anew. */
  readonly self: MemberRecord
  /** Speaks with other members; features register their own message kinds (not MEMBERSHIP_KIND). */
  readonly messenger: Messenger
  /** The list as the master published it, oldest first; empty while this member joins anew. */
  members(): readonly MemberRecord[]
  /** Undefined while this member joins anew. */
  activeMaster(): MemberRecord | undefined
  isActiveMaster(): boolean
  /** The fencing number: rises with every change of the master; 0 before the first view. */
  epoch(): number
  view(): View | undefined
  /**
   * Whether this member may acknowledge: with split-brain protection only while a majority of the
   * masters is surely with its master. Looks at the clock: right also after this process stood still.
   */
  isSafe(): boolean
  /** Returns how to stop it. */
  onEvent(listener: (event: MemberEvent) => void): () => void
  /** Calls back after every change of the list or the master; returns how to stop it. */
  onChange(listener: (view: View) => void): () => void
  /** Says goodbye and closes: others do not have to find out. */
  leave(): Promise<void>
  /** Closes all without a word. */
  close(): Promise<void>
}

/** The kind of the messages about membership on the wire. */
export const MEMBERSHIP_KIND = 1

const MS = 1000

/** What a step asks for, on the real things. */
interface Hands {
  readonly host: Host
  readonly messenger: Messenger
  readonly emit: (event: MemberEvent) => void
  readonly onRefusedJoin: (error: EngineError) => void
}

const createPerform =
  (hands: Hands, brain: () => ReturnType<typeof createBrain>) =>
  (effect: MembershipEffect): void => {
    const { host, messenger, emit } = hands
    switch (effect.kind) {
      case 'send':
        messenger.send(effect.to, MEMBERSHIP_KIND, encodeMessage(effect.message))
        return
      case 'probe':
        void probe(host, messenger, effect.address).then((found) =>
          brain().dispatch({ kind: 'probed', address: effect.address, found }),
        )
        return
      case 'changed':
      case 'merging':
        emit(effect)
        return
      case 'reset':
        emit(effect)
        brain().restart()
        return
      case 'refused':
        hands.onRefusedJoin(new EngineError('NET-001', `The master refused: ${effect.reason}`))
        return
      default:
        effect satisfies never
    }
  }

interface Doors {
  readonly host: Host
  readonly settings: MemberSettings
  readonly onConnectionLost: (processId: string) => void
  readonly onRefused: (address: Address, reason: EngineError) => void
  readonly onBug: (error: unknown) => void
}

const openMessenger = async (doors: Doors): Promise<Messenger> => {
  const { host, settings } = doors
  const { network } = settings
  refuseOpenDoor(settings)
  const bindHost = chooseBindHost(host, network)
  return listenOnFreePort(network, (port) => {
    const publicAddress = publicAddressOf(host, network, { host: bindHost, port })
    return createMessenger({
      host,
      settings: {
        clusterName: settings.clusterName,
        partitionCount: settings.partitionCount,
        secret: settings.secret,
        versions: PROTOCOL,
      },
      listenOn: { host: bindHost, port },
      ...(publicAddress === undefined ? {} : { publicAddress }),
      ...(network.tls === undefined ? {} : { tls: network.tls }),
      limits: { dialTimeoutMs: settings.join.tcpIp.connectionTimeoutSeconds * MS },
      events: {
        onConnected: () => {},
        onDisconnected: (peer) => doors.onConnectionLost(peer.id),
        onRefused: doors.onRefused,
        onBug: doors.onBug,
      },
    })
  })
}

const STRANGER_CODES: readonly string[] = ['NET-001', 'NET-002', 'NET-003']

/** Waits for the first view; rejects when there is none in time. */
const waitForCluster = async (
  host: Host,
  joined: PromiseWithResolvers<void>,
  maxJoinSeconds: number,
): Promise<void> => {
  const timeout = host.clock.timer(maxJoinSeconds * MS, () =>
    joined.reject(new EngineError('NET-004', `No cluster within ${maxJoinSeconds} s`)),
  )
  try {
    await joined.promise
  } finally {
    timeout.cancel()
  }
}

/**
 * Starts a member and resolves when it is in a cluster: one that it has found, or its own.
 * Rejects with EngineError: HST-006 no address to listen on, CFG-005 settings that contradict each
 * other, NET-001 or NET-002 refused by the cluster, NET-004 not in a cluster within max.join.seconds.
 */
export const startMember = async (host: Host, settings: MemberSettings): Promise<Member> => {
  const method = discoveryMethod(settings.join)
  const joined = Promise.withResolvers<void>()
  // A refusal may come before anybody waits.
  joined.promise.catch(() => {})
  const listeners = new Set<(event: MemberEvent) => void>()
  const emit = (event: MemberEvent): void => {
    if (event.kind === 'changed') joined.resolve()
    for (const listener of listeners) listener(event)
  }
  let brain: ReturnType<typeof createBrain> | undefined
  const messenger = await openMessenger({
    host,
    settings,
    onConnectionLost: (processId) => brain?.dispatch({ kind: 'disconnected', processId }),
    onRefused: (address, reason) => {
      const isStranger = STRANGER_CODES.includes(reason.code)
      const found = { kind: isStranger ? 'stranger' : 'silent' } as const
      brain?.dispatch({ kind: 'probed', address, found })
      emit({ kind: 'refused', address, reason })
      const isAsked = brain?.state().joining?.contacts.has(addressKey(address)) === true
      if (reason.code === 'NET-002' && isAsked) joined.reject(reason)
    },
    onBug: (error) => {
      throw error
    },
  })
  const hands: Hands = { host, messenger, emit, onRefusedJoin: joined.reject }
  const opened = createBrain({
    host,
    settings: membershipSettings(settings, method),
    self: {
      id: host.random.uuid(),
      processId: messenger.identity.id,
      address: messenger.identity.address,
      role: settings.role,
      version: settings.programVersion,
    },
    perform: createPerform(hands, () => opened),
  })
  brain = opened
  messenger.onMessage(MEMBERSHIP_KIND, (from, body) => {
    opened.dispatch({ kind: 'received', from: from.address, message: decodeMessage(body) })
  })
  const discovery = await startDiscovery({
    host,
    method,
    settings,
    self: messenger.identity.address,
    isLooking: () => opened.state().phase === 'joining',
    answers: () => isMaster(opened.state()),
    onFound: (addresses) => opened.dispatch({ kind: 'discovered', addresses }),
  })
  opened.start()
  const close = async (): Promise<void> => {
    opened.stop()
    discovery.close()
    await messenger.close()
  }
  const member = memberOf(host, messenger, opened, listeners, close)
  try {
    await waitForCluster(host, joined, settings.maxJoinSeconds)
  } catch (thrown) {
    await close()
    throw thrown
  }
  return member
}

const memberOf = (
  host: Host,
  messenger: Messenger,
  brain: ReturnType<typeof createBrain>,
  listeners: Set<(event: MemberEvent) => void>,
  close: () => Promise<void>,
): Member => {
  const onEvent: Member['onEvent'] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const view = (): View | undefined => brain.state().view
  return {
    get self() {
      return brain.state().self
    },
    messenger,
    members: () => view()?.members ?? [],
    activeMaster: () => view()?.members.find(({ id }) => id === view()?.masterId),
    isActiveMaster: () => isMaster(brain.state()),
    epoch: () => view()?.epoch ?? 0,
    view,
    isSafe: () => isSafe(brain.state(), host.clock.monotonic()),
    onEvent,
    onChange: (listener) =>
      onEvent((event) => {
        if (event.kind === 'changed') listener(event.view)
      }),
    leave: async () => {
      brain.dispatch({ kind: 'leave' })
      await close()
    },
    close,
  }
}
