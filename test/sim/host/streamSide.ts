import type { Address, ConnectionHandlers } from '../../../runtime/host/index.ts'
import type { SimEvent } from './eventQueue.ts'
import type { Links } from './links.ts'
import type { Held, Process } from './process.ts'
import type { Timeline } from './timeline.ts'

/** What one side may have on its way or unread at the other, as the windows of a kernel allow. */
const WINDOW_BYTES = 256 * 1024
const SEGMENT_BYTES_MAX = 64 * 1024
/** Share of segments that arrive in two pieces: a reader must not count on pieces. */
const SPLIT_RATE = 1 / 16
/** The least time after which a kernel sends a lost segment again (Linux, TCP_RTO_MIN). */
const RESEND_MS = 200
/** The longest (Linux, TCP_RTO_MAX). */
const RESEND_MAX_MS = 120_000
/** When a kernel gives a silent peer up (Linux, tcp_retries2 = 15: 924.6 s). */
const GIVE_UP_MS = 924_600
/** Read bytes are overwritten, so that code which keeps them is found out. */
const REUSED = 0xdd

export interface Segment {
  readonly kind: 'data' | 'end' | 'reset'
  readonly bytes: Uint8Array
  /** Place in the stream; resets have none, they count at once. */
  readonly number: number
}

/** Made once: the trace looks each kind up. */
const TRACED = { data: 'tcp-data', end: 'tcp-end', reset: 'tcp-reset' } as const

const NO_BYTES = new Uint8Array(0)

export interface StreamWorld {
  readonly timeline: Timeline
  readonly links: Links
  /** Whether the kernel below a process still answers for it. */
  kernelIsUp(process: Process): boolean
}

/** One side of a stream: what its kernel and its process know. */
export interface Side {
  readonly world: StreamWorld
  readonly process: Process
  readonly local: Address
  readonly remote: Address
  /** Set once, when both are made. */
  peer: Side
  holder: Held | undefined
  handlers: ConnectionHandlers | undefined
  state: 'open' | 'ending' | 'closed'
  closeError: Error | undefined
  hasToldClose: boolean
  isPaused: boolean
  /** Written here, not yet given to the network. */
  waiting: Uint8Array[]
  waitingBytes: number
  /** Given to the network, not yet read by the other side. */
  unreadBytes: number
  /** When the last segment reaches the other side: order is kept. */
  lastArrivalMs: number
  /** Number of the next segment that goes out. */
  nextNumber: number
  /** Segments that a block holds up. */
  held: Segment[]
  giveUp: SimEvent | undefined
  isResending: boolean
  isPumpPlanned: boolean
  /** Number of the next segment to come in. */
  expectedNumber: number
  /** Arrived before one that was sent earlier. */
  readonly early: Map<number, Segment>
  /** Arrived, not yet read. */
  inbox: Segment[]
}

const brokenBy = (code: string): Error => Object.assign(new Error(code), { code })

export const closeSide = (side: Side, error?: Error): void => {
  if (side.state === 'closed') return
  side.state = 'closed'
  side.closeError = error
  side.waiting = []
  side.waitingBytes = 0
  if (side.holder !== undefined) side.process.held.delete(side.holder)
  if (side.giveUp !== undefined) side.world.timeline.cancel(side.giveUp)
  tellClose(side)
}

/** Tells the handlers, by an event of its own and once. */
export const tellClose = (side: Side): void => {
  const { handlers, process } = side
  if (handlers === undefined || side.hasToldClose) return
  side.hasToldClose = true
  const plan = { process, kind: 'tcp-closed', peer: side.peer.process.machine }
  side.world.timeline.after(0, plan, () => handlers.onClose(side.closeError))
}

/** Breaks the connection at both ends, as a middlebox or an operator may. */
export const resetBoth = (side: Side): void => {
  for (const end of [side, side.peer]) closeSide(end, brokenBy('ECONNRESET'))
}

const launch = (from: Side, segment: Segment, extraMs = 0): void => {
  const { timeline, links } = from.world
  const to = from.peer
  const delayMs = links.drawDelay(from.process.index, to.process.index) + extraMs
  from.lastArrivalMs = Math.max(from.lastArrivalMs, timeline.nowMs() + delayMs)
  const plan = {
    process: to.process,
    kind: TRACED[segment.kind],
    peer: from.process.machine,
    size: segment.bytes.length,
    dropped: () => arriveAtDead(from, segment, RESEND_MS),
  }
  timeline.after(from.lastArrivalMs - timeline.nowMs(), plan, () => arrive(from, segment))
}

const launchNext = (from: Side, kind: 'data' | 'end', bytes: Uint8Array, extraMs = 0): void => {
  from.nextNumber += 1
  launch(from, { kind, bytes, number: from.nextNumber - 1 }, extraMs)
}

export const sendEnd = (side: Side): void => launchNext(side, 'end', NO_BYTES)
export const sendReset = (side: Side): void =>
  launch(side, { kind: 'reset', bytes: NO_BYTES, number: -1 })

const holdUp = (from: Side, segment: Segment): boolean => {
  const { links } = from.world
  if (!links.isBlocked(from.process.index, from.peer.process.index)) return false
  // Nobody sends a reset again: when it is lost, the other side stays half open.
  if (segment.kind === 'reset') return true
  from.held.push(segment)
  if (from.held.length === 1) {
    links.whenFree(from.process.index, from.peer.process.index, () => release(from))
    giveUpLater(from)
  }
  return true
}

const giveUpLater = (from: Side): void => {
  if (from.state === 'closed') return
  const plan = { kind: 'tcp-give-up', peer: from.process.machine }
  from.giveUp ??= from.world.timeline.after(GIVE_UP_MS, plan, () =>
    closeSide(from, brokenBy('ETIMEDOUT')),
  )
}

const release = (from: Side): void => {
  const segments = from.held
  from.held = []
  if (from.giveUp !== undefined) from.world.timeline.cancel(from.giveUp)
  from.giveUp = undefined
  // The next try of the kernel may be a while away.
  const extraMs = from.world.timeline.random.between(0, RESEND_MS)
  for (const segment of segments) launch(from, segment, extraMs)
}

const arrive = (from: Side, segment: Segment): void => {
  if (holdUp(from, segment)) return
  const to = from.peer
  if (to.state === 'closed') answerReset(from, segment)
  else if (segment.kind === 'reset') closeSide(to, brokenBy('ECONNRESET'))
  else {
    to.early.set(segment.number, segment)
    takeInOrder(to)
    readInbox(to)
  }
}

const takeInOrder = (to: Side): void => {
  for (;;) {
    const next = to.early.get(to.expectedNumber)
    if (next === undefined) return
    to.early.delete(to.expectedNumber)
    to.expectedNumber += 1
    to.inbox.push(next)
  }
}

/** Nobody is there any more: a running kernel says so; without power there is silence and retries. */
const arriveAtDead = (from: Side, segment: Segment, retryMs: number): void => {
  if (from.world.kernelIsUp(from.peer.process)) {
    if (!holdUp(from, segment)) answerReset(from, segment)
    return
  }
  giveUpLater(from)
  if (from.isResending || from.state === 'closed') return
  from.isResending = true
  from.world.timeline.after(retryMs, { kind: 'tcp-resend', peer: from.process.machine }, () => {
    from.isResending = false
    arriveAtDead(from, segment, Math.min(retryMs * 2, RESEND_MAX_MS))
  })
}

const answerReset = (from: Side, segment: Segment): void => {
  if (segment.kind !== 'reset' && from.state !== 'closed') sendReset(from.peer)
}

/** Hands what has arrived to the handlers, as far as they take it. */
export const readInbox = (side: Side): void => {
  while (side.inbox.length > 0 && side.handlers !== undefined && !side.isPaused) {
    if (side.state === 'closed') return
    const segment = side.inbox.shift()!
    if (segment.kind === 'end') {
      if (side.state === 'open') sendEnd(side)
      closeSide(side)
      return
    }
    const size = segment.bytes.length
    side.handlers.onData(segment.bytes)
    segment.bytes.fill(REUSED)
    acknowledge(side.peer, size)
  }
}

const acknowledge = (writer: Side, size: number): void => {
  const { timeline, links } = writer.world
  const from = writer.peer.process.index
  const to = writer.process.index
  if (links.isBlocked(from, to)) {
    links.whenFree(from, to, () => acknowledge(writer, size))
    return
  }
  writer.unreadBytes -= size
  if (writer.isPumpPlanned || writer.waitingBytes === 0) return
  writer.isPumpPlanned = true
  const plan = {
    process: writer.process,
    kind: 'tcp-room',
    peer: writer.peer.process.machine,
  }
  timeline.after(links.drawDelay(from, to), plan, () => {
    writer.isPumpPlanned = false
    pump(writer)
  })
}

const pump = (side: Side): void => {
  while (side.waiting.length > 0 && side.state !== 'closed') {
    const first = side.waiting[0]!
    const sent = transmit(side, first)
    side.waitingBytes -= sent
    if (sent < first.length) {
      side.waiting[0] = first.subarray(sent)
      return
    }
    side.waiting.shift()
  }
  if (side.state === 'ending') sendEnd(side)
  else if (side.state === 'open') side.handlers?.onDrain?.()
}

/** Gives the network what fits; returns how much that was. */
export const transmit = (side: Side, bytes: Uint8Array): number => {
  const { timeline, links } = side.world
  const { random } = timeline
  const room = Math.min(bytes.length, WINDOW_BYTES - side.unreadBytes)
  const { lossRate, resetRate } = links.conditions(side.process.index, side.peer.process.index)
  let sent = 0
  while (sent < room) {
    if (random.chance(resetRate)) {
      resetBoth(side)
      return bytes.length
    }
    let size = Math.min(SEGMENT_BYTES_MAX, room - sent)
    if (size > 1 && random.chance(SPLIT_RATE)) size = 1 + random.integer(size - 1)
    side.unreadBytes += size
    const extraMs = random.chance(lossRate) ? RESEND_MS : 0
    launchNext(side, 'data', bytes.slice(sent, sent + size), extraMs)
    sent += size
  }
  return sent
}
