import type { StateMap, StateMaps } from '../../../jobs/coordinator/index.ts'

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])

const same = (left: unknown, right: unknown): boolean =>
  left instanceof Uint8Array && right instanceof Uint8Array
    ? sameBytes(left, right)
    : left === right

const memoryMap = <Value>(
  entries: Map<string, Value>,
): StateMap<Value> & { keys(): Promise<string[]> } => ({
  get: async (key) => entries.get(key),
  set: async (key, value) => {
    entries.set(key, value)
  },
  putIfAbsent: async (key, value) => {
    const before = entries.get(key)
    if (before === undefined) entries.set(key, value)
    return before
  },
  replace: async (key, expected, value) => {
    if (!entries.has(key) || !same(entries.get(key), expected)) return false
    entries.set(key, value)
    return true
  },
  remove: async (key) => {
    entries.delete(key)
  },
  removeSame: async (key, expected) => same(entries.get(key), expected) && entries.delete(key),
  entries: async () => [...entries],
  keys: async () => [...entries.keys()],
})

/** Maps in this process, for tests of what uses them; `inside` shows what they hold. */
export interface MemoryMaps extends StateMaps {
  readonly inside: ReadonlyMap<string, Map<string, unknown>>
}

export const createMemoryMaps = (): MemoryMaps => {
  const inside = new Map<string, Map<string, unknown>>()
  const open = <Value>(name: string) => {
    const entries = inside.get(name) ?? new Map<string, unknown>()
    inside.set(name, entries)
    return memoryMap(entries as Map<string, Value>)
  }
  return { inside, texts: open<string>, bytes: open<Uint8Array> }
}
