import { drainMicrotasks } from 'bun:jsc'
import { createEventQueue, type SimEvent } from './eventQueue.ts'
import type { Process } from './process.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

/** What a planned event tells besides its code. */
export interface Plan {
  readonly process?: Process | undefined
  readonly kind: string
  readonly peer?: string
  readonly size?: number
  readonly dropped?: () => void
}

/** Virtual time: what is planned happens in order, one event after the other. */
export interface Timeline {
  /** Milliseconds since the start of the world, with fractions. */
  readonly nowMs: () => number
  /** Draws for the network and the faults; processes have streams of their own. */
  readonly random: SeededRandom
  readonly trace: Trace
  after(delayMs: number, plan: Plan, run: () => void): SimEvent
  cancel(event: SimEvent): void
  pending(): Iterable<SimEvent>
  /** Stops a process: its events wait. Time goes on for it. */
  stop(process: Process): void
  resume(process: Process): void
  /** Resolves once `condition`, which is looked at after every event, holds. */
  until(condition: () => boolean): { readonly met: Promise<void>; forget(): void }
  /** Runs the next event and all that it sets off at once; false when nothing is left. */
  step(): boolean
  readonly events: () => number
}

interface Wait {
  readonly condition: () => boolean
  readonly resolve: () => void
}

export const createTimeline = (random: SeededRandom, trace: Trace): Timeline => {
  const queue = createEventQueue()
  let nowMs = 0
  let sequence = 0
  let events = 0
  let waits: Wait[] = []

  const after: Timeline['after'] = (delayMs, plan, run) => {
    sequence += 1
    const event: SimEvent = {
      timeMs: nowMs + Math.max(0, delayMs),
      sequence,
      process: plan.process,
      kind: plan.kind,
      peer: plan.peer ?? '',
      size: plan.size ?? 0,
      run,
      dropped: plan.dropped,
    }
    queue.add(event)
    return event
  }
  const perform = (event: SimEvent): void => {
    const { run, process } = event
    event.run = undefined
    if (process?.isAlive === false) {
      event.dropped?.()
      return
    }
    trace.add(event, nowMs)
    if (process?.onFailure === undefined) run!()
    else {
      try {
        run!()
      } catch (thrown) {
        process.onFailure(thrown)
      }
    }
  }
  const settleWaits = (): void => {
    const met = waits.filter((wait) => wait.condition())
    if (met.length === 0) return
    waits = waits.filter((wait) => !met.includes(wait))
    for (const wait of met) wait.resolve()
    drainMicrotasks()
  }
  const resume = (process: Process): void => {
    const deferred = (process.deferred ?? []) as SimEvent[]
    process.deferred = undefined
    // They keep their times, so they come before all else and in their order.
    for (const event of deferred) if (event.run !== undefined) queue.add(event)
  }
  return {
    nowMs: () => nowMs,
    random,
    trace,
    after,
    cancel: (event) => queue.cancel(event),
    pending: () => queue.pending(),
    stop: (process) => {
      process.deferred ??= []
    },
    resume,
    until: (condition) => {
      const met = Promise.withResolvers<void>()
      const wait = { condition, resolve: met.resolve }
      waits.push(wait)
      return {
        met: met.promise,
        forget: () => {
          waits = waits.filter((other) => other !== wait)
        },
      }
    },
    step: () => {
      const event = queue.take()
      if (event === undefined) return false
      nowMs = Math.max(nowMs, event.timeMs)
      if (event.process?.deferred !== undefined && event.process.isAlive) {
        event.process.deferred.push(event)
        return true
      }
      events += 1
      perform(event)
      drainMicrotasks()
      if (waits.length > 0) settleWaits()
      return true
    },
    events: () => events,
  }
}
