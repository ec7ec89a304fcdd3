import type { Address, Connection } from '../../../runtime/host/index.ts'
import type { Held, Process } from './process.ts'
import {
  closeSide,
  readInbox,
  resetBoth,
  sendEnd,
  sendReset,
  type Side,
  type StreamWorld,
  tellClose,
  transmit,
} from './streamSide.ts'

/** One end of a stream, as its process holds it. */
export interface StreamEnd extends Held {
  readonly connection: Connection
  readonly remoteProcess: Process
  /** The process died: its kernel closes the stream, or nobody does when the power is gone. */
  abandon(kernelIsUp: boolean): void
  /** Breaks the connection at both ends. */
  reset(): void
}

export interface StreamParty {
  readonly process: Process
  readonly local: Address
}

const createSide = (world: StreamWorld, party: StreamParty, remote: Address): Side => {
  const side = {
    world,
    process: party.process,
    local: party.local,
    remote,
    handlers: undefined,
    holder: undefined,
    state: 'open' as const,
    closeError: undefined,
    hasToldClose: false,
    isPaused: false,
    waiting: [],
    waitingBytes: 0,
    unreadBytes: 0,
    lastArrivalMs: 0,
    nextNumber: 0,
    held: [],
    giveUp: undefined,
    isResending: false,
    isPumpPlanned: false,
    expectedNumber: 0,
    early: new Map(),
    inbox: [],
  }
  return Object.assign(side, { peer: side as unknown as Side })
}

const write = (side: Side, bytes: Uint8Array): number => {
  if (side.state !== 'open' || !side.process.isAlive) return side.waitingBytes
  const sent = side.waitingBytes > 0 ? 0 : transmit(side, bytes)
  if (sent < bytes.length) {
    side.waiting.push(bytes.slice(sent))
    side.waitingBytes += bytes.length - sent
  }
  return side.waitingBytes
}

const connectionOf = (side: Side): Connection => ({
  remote: side.remote,
  local: side.local,
  write: (bytes) => write(side, bytes),
  handle: (handlers) => {
    side.handlers = handlers
    readInbox(side)
    if (side.state === 'closed') tellClose(side)
  },
  pause: () => {
    side.isPaused = true
  },
  resume: () => {
    if (!side.isPaused) return
    side.isPaused = false
    const plan = { process: side.process, kind: 'tcp-resume' }
    side.world.timeline.after(0, plan, () => readInbox(side))
  },
  end: () => {
    if (side.state !== 'open' || !side.process.isAlive) return
    side.state = 'ending'
    if (side.waitingBytes === 0) sendEnd(side)
  },
  destroy: () => {
    if (side.state === 'closed' || !side.process.isAlive) return
    closeSide(side)
    sendReset(side)
  },
})

const hold = (side: Side): StreamEnd => {
  const { local, remote } = side
  const end: StreamEnd = {
    connection: connectionOf(side),
    remoteProcess: side.peer.process,
    reset: () => resetBoth(side),
    abandon: (kernelIsUp) => {
      if (side.state === 'closed') return
      const hasUnread = side.inbox.length > 0
      closeSide(side)
      if (!kernelIsUp) return
      if (hasUnread) sendReset(side)
      else sendEnd(side)
    },
    describe: () => `connection ${local.host}:${local.port} to ${remote.host}:${remote.port}`,
  }
  side.holder = end
  side.process.held.add(end)
  return end
}

/**
 * Makes the two ends of an established stream. The first byte of the dialer reaches the listener
 * no earlier than `acceptedAtMs`.
 */
export const createStream = (
  world: StreamWorld,
  dialer: StreamParty,
  listener: StreamParty,
  acceptedAtMs: number,
): { readonly dialer: StreamEnd; readonly listener: StreamEnd } => {
  const left = createSide(world, dialer, listener.local)
  const right = createSide(world, listener, dialer.local)
  left.peer = right
  right.peer = left
  left.lastArrivalMs = acceptedAtMs
  return { dialer: hold(left), listener: hold(right) }
}
