import { fromData } from '../../data/index.ts'
import { pagesOf } from './bulkCalls.ts'
import type { MapCaller } from './caller.ts'

/** Many entries at once, held in memory by the caller. */
export interface QueryCalls<Key, Value> {
  keySet(): Promise<Key[]>
  values(): Promise<Value[]>
  entrySet(): Promise<[Key, Value][]>
}

export const createQueryCalls = <Key, Value>(caller: MapCaller): QueryCalls<Key, Value> => {
  const everywhere = Array.from({ length: caller.invoker.partitionCount }, (_, at) => at)
  const entrySet = async (): Promise<[Key, Value][]> => {
    const entries: [Key, Value][] = []
    for await (const page of pagesOf(caller, everywhere, true)) {
      for (const { key, value } of page) {
        entries.push([fromData(key) as Key, fromData(value!) as Value])
      }
    }
    return entries
  }
  return {
    entrySet,
    values: async () => (await entrySet()).map(([, value]) => value),
    async keySet() {
      const keys: Key[] = []
      for await (const page of pagesOf(caller, everywhere, false)) {
        for (const { key } of page) keys.push(fromData(key) as Key)
      }
      return keys
    },
  }
}
