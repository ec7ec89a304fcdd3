import { COUNTER_OPERATIONS as OPERATIONS } from '../counter.ts'
import { callsOf, destroyBy, READ, type Destroyable, type ProxyContext } from '../proxy.ts'
import { ATOMIC_LONG_SERVICE } from './structure.ts'

/**
 * A 64-bit number that starts at 0 and wraps around.
 *
 * Promises: each change is done once, in one order for all, and survives the loss of `backup-count`
 * members. A change that is not answered (error GRD-002) may or may not have been done. On two sides
 * of a split without quorum there are two numbers.
 */
export interface AtomicLong extends Destroyable {
  readonly name: string
  get(): Promise<bigint>
  set(value: bigint): Promise<void>
  getAndSet(value: bigint): Promise<bigint>
  addAndGet(delta: bigint): Promise<bigint>
  getAndAdd(delta: bigint): Promise<bigint>
  incrementAndGet(): Promise<bigint>
  decrementAndGet(): Promise<bigint>
  getAndIncrement(): Promise<bigint>
  getAndDecrement(): Promise<bigint>
  /** Sets `value` where the number is `expected`; whether it was. */
  compareAndSet(expected: bigint, value: bigint): Promise<boolean>
}

export const createAtomicLong = ({ invoker }: ProxyContext, name: string): AtomicLong => {
  const call = callsOf(invoker, ATOMIC_LONG_SERVICE, name)

  const getAndAdd = async (delta: bigint): Promise<bigint> =>
    (await call(OPERATIONS.ADD, (sink) => sink.i64(delta))).i64()

  const addAndGet = async (delta: bigint): Promise<bigint> =>
    BigInt.asIntN(64, (await getAndAdd(delta)) + delta)

  return {
    name,
    get: async () => (await call(OPERATIONS.GET, undefined, READ)).i64(),
    async set(value) {
      await call(OPERATIONS.SET, (sink) => sink.i64(value), { isIdempotent: true })
    },
    getAndSet: async (value) => (await call(OPERATIONS.SET, (sink) => sink.i64(value))).i64(),
    destroy: destroyBy(call),
    addAndGet,
    getAndAdd,
    incrementAndGet: () => addAndGet(1n),
    decrementAndGet: () => addAndGet(-1n),
    getAndIncrement: () => getAndAdd(1n),
    getAndDecrement: () => getAndAdd(-1n),
    async compareAndSet(expected, value) {
      const before = await call(OPERATIONS.COMPARE_AND_SET, (sink) => {
        sink.i64(expected)
        sink.i64(value)
      })
      return before.i64() === BigInt.asIntN(64, expected)
    },
  }
}
