import { keyHashOf } from '../../../../members/grid/data/index.ts'
import type { RecordStore } from '../../../../members/grid/store/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The Data of a text, without a partition hash. */
export const dataOf = (text: string): Uint8Array => encoder.encode(`\0\0\0\0type${text}`)

export const textOf = (data: Uint8Array): string => decoder.decode(data.subarray(8))

export const put = (store: RecordStore, key: string, value: string): number => {
  const data = dataOf(key)
  return store.put(keyHashOf(data), data, dataOf(value))
}

export const find = (store: RecordStore, key: string): number =>
  store.find(keyHashOf(dataOf(key)), dataOf(key))

/** All that a store holds, by a whole scan. */
export const contents = (store: RecordStore): Map<string, string> => {
  const found = new Map<string, string>()
  let cursor: number | undefined = 0
  while (cursor !== undefined) {
    cursor = store.scan(
      cursor,
      (handle) => found.set(textOf(store.key(handle)), textOf(store.value(handle))),
      3,
    )
  }
  return found
}
