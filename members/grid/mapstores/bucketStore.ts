import type { Bucket } from '../../../runtime/host/index.ts'
import type { MapStore } from './mapStore.ts'

const PARALLEL_MAX = 16

const inParallel = async <From, To>(
  items: readonly From[],
  work: (item: From) => Promise<To>,
): Promise<To[]> => {
  const results: To[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!)
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, items.length) }, lane))
  return results
}

/** An object for each entry, under a prefix: its name is the key in hexadecimal. */
export const createBucketStore = (bucket: Bucket, prefix: string): MapStore => {
  const nameOf = (key: Uint8Array): string => `${prefix}/${key.toHex()}`
  return {
    load: (keys) => inParallel(keys, (key) => bucket.get(nameOf(key))),
    loadAllKeys: async () => {
      const names = await bucket.list(`${prefix}/`)
      return names.map((name) => Uint8Array.fromHex(name.slice(prefix.length + 1)))
    },
    store: async (entries) => {
      await inParallel(entries, ({ key, value }) => bucket.put(nameOf(key), value))
    },
    remove: async (keys) => {
      await inParallel(keys, (key) => bucket.remove(nameOf(key)))
    },
    close: async () => {},
  }
}
