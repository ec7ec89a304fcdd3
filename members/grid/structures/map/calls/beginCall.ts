import type { GridInvoker } from '../../../operations/index.ts'
import { MAP_SERVICE_ID, MapOperation } from '../operations.ts'

/**
 * Makes all partitions of a map with a store begin, wherever they are; resolves when they have what
 * they begin with. Rejects with GRD-041 where the store fails or is too slow.
 */
export const beginMap = async (invoker: GridInvoker, name: string): Promise<void> => {
  const partitions = Array.from({ length: invoker.partitionCount }, (_, at) => at)
  await invoker.invokeOnPartitions(partitions, {
    serviceId: MAP_SERVICE_ID,
    operation: MapOperation.begin,
    name,
    arguments: new Uint8Array(0),
    isIdempotent: true,
  })
}
