import type { Clock } from '../../../../runtime/host/index.ts'
import type { ByteSink } from '../../bytes/index.ts'
import type { Call } from '../proxy.ts'
import { OPERATIONS } from './operations.ts'

export interface ReadItem<T> {
  readonly sequence: number
  readonly item: T
}

/** What one reading brought. */
export interface ReadResult<T> {
  /** In the order of their sequences. */
  readonly items: readonly ReadItem<T>[]
  /** How many were read, with those that the filter left out. */
  readonly readCount: number
  /** Where to read on. */
  readonly nextSequence: number
}

export interface ReadOptions<T> {
  /** Only such items are given, and counted; it is asked here, so all of them come over the wire. */
  readonly filter?: (item: T) => boolean
  /** How long to wait for `countMin` items; Infinity if not said. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

interface ReadSource<T> {
  readonly clock: Clock
  readonly call: Call
  readonly fromItem: (bytes: Uint8Array) => T
}

interface ReadRange {
  readonly start: number
  readonly countMin: number
  readonly countMax: number
}

/** Asks for pages until there is enough, or the time is up. */
export const readMany = async <T>(
  { clock, call, fromItem }: ReadSource<T>,
  { start, countMin, countMax }: ReadRange,
  { filter, waitMs = Infinity, signal }: ReadOptions<T>,
): Promise<ReadResult<T>> => {
  const items: ReadItem<T>[] = []
  const endMs = clock.monotonic() + waitMs
  let [next, readCount, isTimeUp] = [start, 0, false]
  do {
    const leftMs = Math.max(0, endMs - clock.monotonic())
    const [from, missing] = [next, Math.max(0, countMin - items.length)]
    const write = (sink: ByteSink): void => {
      sink.f64(from)
      sink.u32(filter === undefined ? missing : Math.min(1, missing))
      sink.u32(countMax - items.length)
      sink.f64(leftMs)
    }
    const callOptions = { isIdempotent: true, waitMs: leftMs, signal }
    const page = await call(OPERATIONS.READ_MANY, write, callOptions)
    for (; page.flag(); readCount += 1) {
      const sequence = page.f64()
      const item = fromItem(page.bytes())
      if (filter === undefined || filter(item)) items.push({ sequence, item })
    }
    next = page.f64()
    isTimeUp = page.flag()
  } while (items.length < countMin && !isTimeUp)
  return { items, readCount, nextSequence: next }
}
