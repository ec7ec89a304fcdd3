import type { Host, Thread, ThreadPort, Threads } from '../../../runtime/host/index.ts'
import { createProcess, type Process } from './process.ts'
import type { Timeline } from './timeline.ts'

/** What runs in a simulated thread, by the entry that `spawn` names. */
export type ThreadEntries = Readonly<Record<string, (host: Host) => void>>

/** How long a thread takes to start, and a message to cross; measured on the real host. */
const START_MS = 3
const CROSSING_MS = 0.015
/** Now and then the other thread is busy: a message waits this long at most. */
const BUSY_SHARE = 0.1
const BUSY_MS_MAX = 5

/** One direction of the channel. */
interface Inbox {
  readonly process: Process
  receive: ((message: unknown) => void) | undefined
  early: unknown[]
}

const createInbox = (process: Process): Inbox => ({ process, receive: undefined, early: [] })

const deliver = (inbox: Inbox, message: unknown): void => {
  if (inbox.receive === undefined) inbox.early.push(message)
  else inbox.receive(message)
}

const listen = (inbox: Inbox, receive: (message: unknown) => void): void => {
  inbox.receive = receive
  const arrived = inbox.early
  inbox.early = []
  for (const message of arrived) receive(message)
}

export interface ThreadWorld {
  readonly timeline: Timeline
  readonly entries: ThreadEntries
  /** Adds a process to the machine of `parent`, ended with it. */
  start(process: Process): void
  end(process: Process): void
  hostOf(process: Process, parent: ThreadPort): Host
}

/** A port that posts to `target` and listens on `own`. Messages keep their order. */
const createPort = (timeline: Timeline, own: Inbox, target: Inbox, delayMs: number): ThreadPort => {
  let lastArrivalMs = timeline.nowMs() + delayMs
  return {
    post: (message, transfer) => {
      if (!own.process.isAlive || !target.process.isAlive) return
      const copy: unknown = structuredClone(message, { transfer: [...(transfer ?? [])] })
      const plan = { process: target.process, kind: 'thread-message' }
      const { random } = own.process
      const busyMs = random.next() < BUSY_SHARE ? random.next() * BUSY_MS_MAX : 0
      lastArrivalMs = Math.max(lastArrivalMs, timeline.nowMs()) + CROSSING_MS + busyMs
      timeline.after(lastArrivalMs - timeline.nowMs(), plan, () => deliver(target, copy))
    },
    onMessage: (receive) => listen(own, receive),
  }
}

const spawn = (world: ThreadWorld, parent: Process, entry: string | URL): Thread => {
  const { timeline } = world
  const child = createProcess(parent.machine, parent.index, parent.random.fork('thread'))
  world.start(child)
  const ownInbox = createInbox(parent)
  const childInbox = createInbox(child)
  const exited = Promise.withResolvers<void>()
  let receiveExit: ((error?: Error) => void) | undefined
  const end = (error?: Error): void => {
    if (!child.isAlive) return
    world.end(child)
    timeline.after(CROSSING_MS, { process: parent, kind: 'thread-exit' }, () => {
      receiveExit?.(error)
      exited.resolve()
    })
  }
  child.onFailure = (thrown) => end(thrown instanceof Error ? thrown : new Error(String(thrown)))
  const run = world.entries[String(entry)]
  timeline.after(START_MS, { process: child, kind: 'thread-start' }, () => {
    if (run === undefined) throw new Error(`No such thread: ${String(entry)}`)
    run(world.hostOf(child, createPort(timeline, childInbox, ownInbox, 0)))
  })
  return {
    ...createPort(timeline, ownInbox, childInbox, START_MS),
    onExit: (receive) => {
      receiveExit = receive
    },
    terminate: () => {
      end()
      return exited.promise
    },
  }
}

/** Threads of one simulated process; they share its machine and die with it. */
export const createThreads = (
  world: ThreadWorld,
  process: Process,
  parent: ThreadPort | undefined,
): Threads => ({
  parent,
  spawn: (entry) => spawn(world, process, entry),
})
