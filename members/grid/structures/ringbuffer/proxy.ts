import type { ByteSink } from '../../bytes/index.ts'
import { writeValues } from '../collectionCalls.ts'
import {
  callsOf,
  destroyBy,
  itemCodec,
  READ,
  type Destroyable,
  type ProxyContext,
} from '../proxy.ts'
import { OPERATIONS, OVERFLOW, RINGBUFFER_SERVICE, type Overflow } from './operations.ts'
import { readMany, type ReadOptions, type ReadResult } from './reading.ts'

/**
 * The last `capacity` items that were added, each with a sequence that counts from 0 and is never
 * given again. Reading takes nothing away. With `time-to-live-seconds` items go when they are too old.
 *
 * Promises: an item that was acknowledged is there, at its sequence, until it is overwritten or too
 * old, also when `backup-count` members are lost. Readers see all items in one order.
 */
export interface Ringbuffer<T> extends Destroyable {
  readonly name: string
  /** The sequence of the item, or -1 where nothing was added: see `addAll`. */
  add(item: T, overflow?: Overflow, signal?: AbortSignal): Promise<number>
  /**
   * Adds all items next to each other; the sequence of the last one. Without room for all,
   * `overwrite` (if nothing is said) drops the oldest items, `fail` adds nothing and gives -1, and
   * `wait` waits until enough items are too old (GRD-034 for more than the capacity).
   */
  addAll(items: readonly T[], overflow?: Overflow, signal?: AbortSignal): Promise<number>
  /**
   * The item at a sequence; waits for the one that comes next. Rejects with GRD-032 when it is gone,
   * with GRD-034 when it is further ahead.
   */
  readOne(sequence: number, signal?: AbortSignal): Promise<T>
  /**
   * Reads from a sequence on, or from the oldest one when that is gone, or from the next one when
   * it is too far ahead: `countMax` items at most, as soon as there are `countMin`. `countMax` is
   * at most 1000, `countMin` at most the capacity.
   */
  readMany(
    start: number,
    countMin: number,
    countMax: number,
    options?: ReadOptions<T>,
  ): Promise<ReadResult<T>>
  /** The oldest sequence, or the next one when there is no item. */
  headSequence(): Promise<number>
  /** The newest sequence, -1 in the beginning. */
  tailSequence(): Promise<number>
  size(): Promise<number>
  capacity(): Promise<number>
  /** How many items can be added without overwriting; the capacity where items do not age. */
  remainingCapacity(): Promise<number>
}

export const createRingbuffer = <T>(
  { host, invoker }: ProxyContext,
  name: string,
  { toItem, fromItem } = itemCodec<T>(),
): Ringbuffer<T> => {
  const call = callsOf(invoker, RINGBUFFER_SERVICE, name)

  const bounds = async () => {
    const result = await call(OPERATIONS.BOUNDS, undefined, READ)
    return {
      head: result.f64(),
      tail: result.f64(),
      capacity: result.f64(),
      room: result.f64(),
    }
  }

  const addAll: Ringbuffer<T>['addAll'] = async (items, overflow = 'overwrite', signal) => {
    const values = items.map(toItem)
    const waitMs = overflow === 'wait' ? Infinity : 0
    const write = (sink: ByteSink): void => {
      sink.u8(OVERFLOW[overflow])
      sink.f64(waitMs)
      writeValues(sink, values)
    }
    return (await call(OPERATIONS.ADD, write, { waitMs, signal })).f64()
  }

  return {
    name,
    add: (item, overflow, signal) => addAll([item], overflow, signal),
    addAll,
    async readOne(sequence, signal) {
      const write = (sink: ByteSink): void => {
        sink.f64(sequence)
        sink.f64(Infinity)
      }
      const options = { isIdempotent: true, waitMs: Infinity, signal }
      return fromItem((await call(OPERATIONS.READ_ONE, write, options)).bytes())
    },
    readMany: (start, countMin, countMax, options = {}) =>
      readMany({ clock: host.clock, call, fromItem }, { start, countMin, countMax }, options),
    headSequence: async () => (await bounds()).head,
    tailSequence: async () => (await bounds()).tail,
    async size() {
      const { head, tail } = await bounds()
      return tail + 1 - head
    },
    capacity: async () => (await bounds()).capacity,
    remainingCapacity: async () => (await bounds()).room,
    destroy: destroyBy(call),
  }
}
