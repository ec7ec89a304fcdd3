import type { Process } from './process.ts'

/** Something that will happen. `kind`, `peer` and `size` are for the trace. */
export interface SimEvent {
  readonly timeMs: number
  /** Order of making; decides between events of one time. */
  readonly sequence: number
  /** Whose code runs: the event waits while it is paused. Undefined for kernel and network. */
  readonly process: Process | undefined
  readonly kind: string
  readonly peer: string
  readonly size: number
  /** Undefined once cancelled. */
  run: (() => void) | undefined
  /** Called instead of `run` when the process has died. */
  readonly dropped: (() => void) | undefined
}

export interface EventQueue {
  add(event: SimEvent): void
  /** Takes the earliest; undefined when none is left. */
  take(): SimEvent | undefined
  cancel(event: SimEvent): void
  pending(): Iterable<SimEvent>
}

const isBefore = (left: SimEvent, right: SimEvent): boolean =>
  left.timeMs < right.timeMs || (left.timeMs === right.timeMs && left.sequence < right.sequence)

/** Below this size cancelled events are left for `take` to skip. */
const COMPACTION_FLOOR = 1024

const siftDown = (heap: SimEvent[], from: number): void => {
  const moved = heap[from]!
  const { length } = heap
  let at = from
  for (;;) {
    let child = at * 2 + 1
    if (child >= length) break
    if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
    if (!isBefore(heap[child]!, moved)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = moved
}

const siftUp = (heap: SimEvent[], from: number): void => {
  const moved = heap[from]!
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(moved, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = moved
}

/** A binary heap by time, then by order of making. */
export const createEventQueue = (): EventQueue => {
  let heap: SimEvent[] = []
  let cancelled = 0

  const takeFirst = (): SimEvent | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last
      siftDown(heap, 0)
    }
    return first
  }
  const compact = (): void => {
    heap = heap.filter((event) => event.run !== undefined)
    cancelled = 0
    for (let at = (heap.length >> 1) - 1; at >= 0; at -= 1) siftDown(heap, at)
  }
  return {
    add: (event) => {
      heap.push(event)
      siftUp(heap, heap.length - 1)
    },
    take: () => {
      for (;;) {
        const event = takeFirst()
        if (event === undefined || event.run !== undefined) return event
        cancelled -= 1
      }
    },
    cancel: (event) => {
      if (event.run === undefined) return
      event.run = undefined
      cancelled += 1
      if (heap.length > COMPACTION_FLOOR && cancelled * 2 > heap.length) compact()
    },
    *pending() {
      for (const event of heap) if (event.run !== undefined) yield event
    },
  }
}
