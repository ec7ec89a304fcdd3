import { selectRows, type Batch } from '../rows/index.ts'
import { keyHashOf } from './keyHash.ts'

/** Keys fall into as many partitions as Hazelcast has by default, and partitions to instances. */
export const PARTITION_COUNT = 271

/** The partition of a key's hash, from 0. */
export const partitionOf = (keyHash: number): number => (keyHash & 0x7fffffff) % PARTITION_COUNT

/** The instance that has the keys of this hash among `parallelism` of them, from 0. */
export const instanceOf = (keyHash: number, parallelism: number): number =>
  partitionOf(keyHash) % parallelism

/**
 * The rows for each of `parallelism` instances by their key, the columns at `keyColumns`; null for
 * an instance that gets none. Rows of one instance keep their order.
 */
export const partitionBatch = (
  batch: Batch,
  keyColumns: readonly number[],
  parallelism: number,
): (Batch | null)[] => {
  if (parallelism === 1) return [batch.rowCount === 0 ? null : batch]
  const { rowCount } = batch
  // Hashes first, then, in the same memory, the instance of each.
  const instances = keyHashOf(batch, keyColumns)
  const counts = new Int32Array(parallelism)
  for (let row = 0; row < rowCount; row += 1) {
    const instance = instanceOf(instances[row]!, parallelism)
    instances[row] = instance
    counts[instance]! += 1
  }
  // The rows of all instances one after the other: a counting sort.
  const order = new Int32Array(rowCount)
  const next = new Int32Array(parallelism)
  for (let instance = 1; instance < parallelism; instance += 1) {
    next[instance] = next[instance - 1]! + counts[instance - 1]!
  }
  for (let row = 0; row < rowCount; row += 1) {
    const instance = instances[row]!
    order[next[instance]!] = row
    next[instance]! += 1
  }
  return Array.from(counts, (count, instance) => {
    if (count === 0) return null
    const end = next[instance]!
    return selectRows(batch, order.subarray(end - count, end), count)
  })
}
