import { EngineError } from '../../../../runtime/errors/index.ts'
import { COUNTER_OPERATIONS } from '../counter.ts'
import { callsOf, type ProxyContext } from '../proxy.ts'
import { FLAKE_ID_SERVICE } from './structure.ts'

/** Hazelcast's layout of an id: milliseconds, then a sequence, then the node. */
const EPOCH_START_MS = 1_514_764_800_000
const TIME_BITS = 41
const SEQUENCE_BITS = 6
const NODE_BITS = 16n
const IDS_PER_MS = 2 ** SEQUENCE_BITS
const NODE_COUNT = 1n << NODE_BITS
/** The step from an id of a node to its next one. */
const INCREMENT = NODE_COUNT
/** How far ids may run ahead of the clock before the caller has to wait. */
const FUTURE_MS_MAX = 15_000
const COUNT_MAX = 100_000

/** Ids `base`, `base + increment`, … */
export interface IdBatch extends Iterable<bigint> {
  readonly base: bigint
  readonly increment: bigint
  readonly count: number
}

/**
 * Makes 63-bit ids that no one else gets, roughly in the order of time: 41 bits of milliseconds since
 * 2018, 6 bits of a sequence and 16 bits of a node, as Hazelcast's. They are made here; only the node id
 * comes from the grid, once for each generator object, so members and clients may come and go.
 *
 * Promises: ids are unique as long as fewer than 65,536 generators of a name are alive at once, the
 * clock of this machine is never set back while the process is down by more than it was down, and
 * the grid has not lost the partition of the name. On two sides of a split without quorum new
 * generators may get the same node id. More than 64 ids a millisecond over a long time have to wait.
 */
export interface FlakeIdGenerator {
  readonly name: string
  newId(): Promise<bigint>
  /** `count` ids at once, at most 100,000. */
  newIdBatch(count: number): Promise<IdBatch>
}

export const createFlakeIdGenerator = (
  { host, invoker }: ProxyContext,
  name: string,
): FlakeIdGenerator => {
  const call = callsOf(invoker, FLAKE_ID_SERVICE, name)
  let node: Promise<bigint> | undefined
  /** The first slot (millisecond and sequence) that is free. */
  let free = 0

  const takeNode = async (): Promise<bigint> => {
    const given = await call(COUNTER_OPERATIONS.ADD, (sink) => sink.i64(1n))
    return given.i64() % NODE_COUNT
  }

  const nodeId = async (): Promise<bigint> => {
    node ??= takeNode()
    try {
      return await node
    } catch (error) {
      node = undefined
      throw error
    }
  }

  const newIdBatch = async (count: number): Promise<IdBatch> => {
    if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX) {
      const range = `1 to ${COUNT_MAX.toLocaleString('en')} ids`
      throw new EngineError('GRD-034', `A batch has ${range}, not ${count}`)
    }
    const id = await nodeId()
    const nowSlot = (host.clock.now() - EPOCH_START_MS) * IDS_PER_MS
    const first = Math.max(nowSlot, free)
    if (nowSlot < 0 || first + count > 2 ** (TIME_BITS + SEQUENCE_BITS)) {
      throw new EngineError('GRD-035', 'The clock is not between 2018 and 2087: no ids can be made')
    }
    free = first + count
    const aheadMs = (free - nowSlot) / IDS_PER_MS - FUTURE_MS_MAX
    if (aheadMs > 0) await host.clock.sleep(Math.ceil(aheadMs))
    return batchOf((BigInt(first) << NODE_BITS) | id, count)
  }

  return { name, newId: async () => (await newIdBatch(1)).base, newIdBatch }
}

const batchOf = (base: bigint, count: number): IdBatch => ({
  base,
  increment: INCREMENT,
  count,
  *[Symbol.iterator]() {
    for (let index = 0; index < count; index += 1) yield base + BigInt(index) * INCREMENT
  },
})
