import type { MergePolicy } from '../settings.ts'
import type { Collection } from './collection.ts'
import { replacesWhole } from './mergePolicies.ts'
import type { Merging } from './structure.ts'

/**
 * A queue, list or set is merged as a whole, as in Hazelcast: one of the two stays. Items that
 * somebody adds between two batches of a long one stay among those of the batches.
 */
export const collectionMerging = (collection: Collection, policy: MergePolicy): Merging => ({
  policy,
  isWhole: true,
  write(cursor, batch, bytesMax) {
    const next = collection.page(cursor, batch, bytesMax)
    batch.flag(false)
    return next
  },
  merge(call, decidedPolicy, isFirst) {
    if (isFirst) {
      if (!replacesWhole(decidedPolicy, collection.length > 0)) return 0
      collection.removeAll(call)
    }
    let taken = 0
    while (call.arguments.flag()) {
      const value = call.arguments.bytes()
      if (collection.isIndexed && collection.indexOf(value) >= 0) continue
      collection.append(value.slice(), call)
      taken += 1
    }
    return taken
  },
})
