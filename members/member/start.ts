import { EngineError } from '../../runtime/errors/index.ts'
import { addressKey, type Host } from '../../runtime/host/index.ts'
import {
  type Discovery,
  type DiscoveryMethod,
  discoveryMethod,
  startDiscovery,
} from '../discovery/index.ts'
import {
  decodeMessage,
  encodeMessage,
  findByAddress,
  isMaster,
  type MembershipEffect,
} from '../membership/index.ts'
import type { MemberSettings } from '../settings.ts'
import { createMessenger, type Messenger, type PeerEvents } from '../wire/index.ts'
import { chooseBindHost, listenOnFreePort, publicAddressOf, refuseOpenDoor } from './addresses.ts'
import { type Brain, createBrain } from './brain.ts'
import { createMember, type Member, type MemberEvent, MEMBERSHIP_KIND } from './member.ts'
import { createProber, foundBy, type Prober } from './probe.ts'
import { membershipSettings, PROTOCOL } from './settings.ts'

const MS = 1000

/** A member being put together: what is made later needs what is made before, and back. */
interface Making {
  readonly host: Host
  readonly settings: MemberSettings
  readonly method: DiscoveryMethod
  readonly emit: (event: MemberEvent) => void
  /** Settled when this member is in a cluster, or when it is sure never to be. */
  readonly joined: PromiseWithResolvers<void>
  brain?: Brain
  probe?: Prober
}

const onRefused =
  (making: Making): PeerEvents['onRefused'] =>
  (address, reason) => {
    const { brain, probe, emit, joined } = making
    if (brain === undefined) return
    const { view, joining } = brain.state()
    // Whom we asked to let us in is of our cluster, and will never do it: no use to try again, and
    // wrong to found a second cluster of the same name.
    const isAsked = joining?.contacts.has(addressKey(address)) === true
    if (isAsked && (reason.code === 'NET-002' || reason.code === 'NET-007')) joined.reject(reason)
    const askedAtMs = making.host.clock.monotonic()
    brain.dispatch({ kind: 'probed', address, found: foundBy(reason), askedAtMs })
    emit({ kind: 'refused', address, reason })
    const isMember = view !== undefined && findByAddress(view, address) !== undefined
    if (isMember && reason.code === 'HST-005') probe?.(address)
  }

/** Whoever speaks from the address of another process has taken its place: that one is over. */
const onConnected =
  (making: Making): PeerEvents['onConnected'] =>
  ({ id: processId, address }) => {
    const askedAtMs = making.host.clock.monotonic()
    const found = { kind: 'process', processId } as const
    making.brain?.dispatch({ kind: 'probed', address, askedAtMs, found })
  }

const openMessenger = async (making: Making): Promise<Messenger> => {
  const { host, settings } = making
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
        onConnected: onConnected(making),
        onDisconnected: ({ id }) => making.brain?.dispatch({ kind: 'disconnected', processId: id }),
        onRefused: onRefused(making),
        onBug: (error) => {
          throw error
        },
      },
    })
  })
}

const perform = (making: Making, messenger: Messenger, effect: MembershipEffect): void => {
  switch (effect.kind) {
    case 'send':
      messenger.send(effect.to, MEMBERSHIP_KIND, encodeMessage(effect.message))
      return
    case 'probe':
      making.probe?.(effect.address)
      return
    case 'changed':
      making.emit(effect)
      making.joined.resolve()
      return
    case 'merging':
      making.emit(effect)
      return
    case 'reset':
      making.emit(effect)
      making.brain?.restart()
      return
    case 'refused':
      making.joined.reject(new EngineError('NET-007', `The master refused: ${effect.reason}`))
      return
    default:
      effect satisfies never
  }
}

const startBrain = (making: Making, messenger: Messenger): Brain => {
  const { host, settings, method } = making
  const brain = createBrain({
    host,
    settings: membershipSettings(settings, method),
    self: {
      id: host.random.uuid(),
      processId: messenger.identity.id,
      address: messenger.identity.address,
      role: settings.role,
      version: settings.programVersion,
    },
    perform: (effect) => perform(making, messenger, effect),
  })
  making.brain = brain
  making.probe = createProber(host, messenger, (address, found, askedAtMs) =>
    brain.dispatch({ kind: 'probed', address, found, askedAtMs }),
  )
  messenger.onMessage(MEMBERSHIP_KIND, (from, body) => {
    brain.dispatch({ kind: 'received', from: from.address, message: decodeMessage(body) })
  })
  return brain
}

const discover = ({ host, method, settings }: Making, messenger: Messenger, brain: Brain) =>
  startDiscovery({
    host,
    method,
    settings,
    self: messenger.identity.address,
    boundTo: messenger.boundTo,
    isLooking: () => brain.state().phase === 'joining',
    answers: () => isMaster(brain.state()),
    onFound: (addresses) => brain.dispatch({ kind: 'discovered', addresses }),
  })

/** Waits for the first view; rejects when there is none in time. */
const waitForCluster = async ({ host, settings, joined }: Making): Promise<void> => {
  const { maxJoinSeconds } = settings
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
 * other, NET-002 or NET-007 refused by the cluster, NET-004 no cluster within max.join.seconds.
 */
export const startMember = async (host: Host, settings: MemberSettings): Promise<Member> => {
  const listeners = new Set<(event: MemberEvent) => void>()
  const emit = (event: MemberEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const joined = Promise.withResolvers<void>()
  // A refusal may come before anybody waits.
  joined.promise.catch(() => {})
  const method = discoveryMethod(settings.join)
  const making: Making = { host, settings, method, emit, joined }
  const messenger = await openMessenger(making)
  const brain = startBrain(making, messenger)
  let discovery: Discovery | undefined
  const close = async (): Promise<void> => {
    brain.close()
    discovery?.close()
    await messenger.close()
  }
  try {
    discovery = await discover(making, messenger, brain)
    brain.start()
    await waitForCluster(making)
  } catch (thrown) {
    await close()
    throw thrown
  }
  return createMember({ host, messenger, brain, listeners, close })
}
