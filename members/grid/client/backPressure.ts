import { EngineError } from '../../../runtime/errors/index.ts'
import type { Clock, Timer } from '../../../runtime/host/index.ts'
import type { GridInvoker } from '../operations/index.ts'

/** An invoker but for its subscriptions, which are no calls that end. */
type Calls = Omit<GridInvoker, 'subscribe'>

export interface BackPressureOptions {
  readonly clock: Clock
  /** Calls under way at once. */
  readonly invocationsMax: number
  /** How long one more waits for its turn; 0 refuses it at once. */
  readonly backoffTimeoutMs: number
  /** Why no call may begin right now; undefined while they may. */
  readonly refusal: () => EngineError | undefined
}

interface Waiting {
  readonly count: number
  readonly start: () => void
  readonly timer: Timer | undefined
}

const tooMany = (invocationsMax: number): EngineError =>
  new EngineError('GRD-052', `${invocationsMax} calls of this client are under way`, {
    retry: 'backoff',
  })

/** Hands out turns: so many at once, to who waits longest first. */
const createTurns = ({ clock, invocationsMax, backoffTimeoutMs }: BackPressureOptions) => {
  const queue: Waiting[] = []
  let running = 0
  // More at once than ever may run get their turn when nothing else has one.
  const fits = (count: number): boolean => running === 0 || running + count <= invocationsMax
  const leave = (waiting: Waiting): void => {
    const at = queue.indexOf(waiting)
    if (at >= 0) queue.splice(at, 1)
  }
  return {
    /** Takes a turn where it is free. */
    takeNow: (count: number): boolean => {
      const isFree = queue.length === 0 && fits(count)
      if (isFree) running += count
      return isFree
    },
    /** Waits for a turn; rejects with GRD-052. */
    take: (count: number): Promise<void> => {
      if (backoffTimeoutMs <= 0 || queue.length >= invocationsMax) {
        return Promise.reject(tooMany(invocationsMax))
      }
      const turn = Promise.withResolvers<void>()
      const late = (): void => {
        leave(waiting)
        turn.reject(tooMany(invocationsMax))
      }
      const isBounded = backoffTimeoutMs !== Infinity
      const timer = isBounded ? clock.timer(backoffTimeoutMs, late) : undefined
      const waiting = { count, start: turn.resolve, timer }
      queue.push(waiting)
      return turn.promise
    },
    give: (count: number): void => {
      running -= count
      for (let next = queue[0]; next !== undefined && fits(next.count); next = queue[0]) {
        queue.shift()
        running += next.count
        next.timer?.cancel()
        next.start()
      }
    },
  }
}

/** Calls of which there are so many under way at most. */
export const withBackPressure = (inner: Calls, options: BackPressureOptions): Calls => {
  const turns = createTurns(options)
  const runLater = async <T>(count: number, call: () => Promise<T>): Promise<T> => {
    await turns.take(count)
    try {
      const refusal = options.refusal()
      if (refusal !== undefined) throw refusal
      return await call()
    } finally {
      turns.give(count)
    }
  }
  /** A call that has its turn begins now: what begins in one turn of the loop is sent together. */
  const run = <T>(count: number, call: () => Promise<T>): Promise<T> => {
    const refusal = options.refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    if (!turns.takeNow(count)) return runLater(count, call)
    const answer = call()
    const ended = (): void => turns.give(count)
    answer.then(ended, ended)
    return answer
  }
  return {
    partitionCount: inner.partitionCount,
    callerId: inner.callerId,
    invoke: (invocation) => run(1, () => inner.invoke(invocation)),
    invokeOnPartitions: (partitions, invocation) =>
      run(partitions.length, () => inner.invokeOnPartitions(partitions, invocation)),
    invokeAll: (invocations) => run(invocations.length, () => inner.invokeAll(invocations)),
  }
}
