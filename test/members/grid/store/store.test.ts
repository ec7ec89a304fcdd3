import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { keyHashOf } from '../../../../members/grid/data/index.ts'
import { RecordArena, RecordStore, TIME_MS_MAX } from '../../../../members/grid/store/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The Data of a text, in whose partition hash nothing is said. */
const dataOf = (text: string): Uint8Array => encoder.encode(`\0\0\0\0type${text}`)

const textOf = (data: Uint8Array): string => decoder.decode(data.subarray(8))

const put = (store: RecordStore, key: string, value: string): number => {
  const data = dataOf(key)
  return store.put(keyHashOf(data), data, dataOf(value))
}

const find = (store: RecordStore, key: string): number =>
  store.find(keyHashOf(dataOf(key)), dataOf(key))

/** All that a store holds, by a whole scan. */
const contents = (store: RecordStore, budget = 3): Map<string, string> => {
  const found = new Map<string, string>()
  let cursor: number | undefined = 0
  while (cursor !== undefined) {
    cursor = store.scan(
      cursor,
      (handle) => found.set(textOf(store.key(handle)), textOf(store.value(handle))),
      budget,
    )
  }
  return found
}

const operation = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key: fc.integer({ min: 0, max: 200 }),
    size: fc.oneof(
      { weight: 20, arbitrary: fc.nat(600) },
      { weight: 1, arbitrary: fc.nat(100_000) },
    ),
  }),
  fc.record({ kind: fc.constant('delete' as const), key: fc.integer({ min: 0, max: 200 }) }),
  fc.record({
    kind: fc.constant('expire' as const),
    key: fc.integer({ min: 0, max: 200 }),
    timeMs: fc.nat(TIME_MS_MAX),
  }),
  fc.record({ kind: fc.constant('clear' as const) }),
)

interface Model {
  value: string
  expiresAtMs: number
  version: number
}

test('does what a Map does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 600 }), (operations) => {
      const arena = new RecordArena()
      const stores = [new RecordStore(arena), new RecordStore(arena)]
      const models = [new Map<string, Model>(), new Map<string, Model>()]
      operations.forEach((step, index) => {
        const [store, model] = [stores[index & 1]!, models[index & 1]!]
        if (step.kind === 'clear') {
          if (index % 50 !== 0) return
          store.clear()
          model.clear()
          return
        }
        const key = `key ${step.key}`
        const handle = find(store, key)
        const known = model.get(key)
        expect(handle >= 0).toBe(known !== undefined)
        if (step.kind === 'put') {
          const value = `${index}`.padEnd(step.size, 'x')
          const kept = put(store, key, value)
          store.setVersion(kept, index)
          model.set(key, { value, expiresAtMs: known?.expiresAtMs ?? 0, version: index })
        } else if (known !== undefined && step.kind === 'delete') {
          store.delete(handle)
          model.delete(key)
        } else if (known !== undefined && step.kind === 'expire') {
          store.setExpiry(handle, step.timeMs, 1000, 0)
          known.expiresAtMs = step.timeMs
        }
      })
      stores.forEach((store, index) => {
        const model = models[index]!
        expect(store.count).toBe(model.size)
        expect(contents(store)).toEqual(new Map([...model].map(([key, { value }]) => [key, value])))
        for (const [key, { value, expiresAtMs, version }] of model) {
          const handle = find(store, key)
          expect(textOf(store.value(handle))).toBe(value)
          expect(store.expiresAtMs(handle)).toBe(expiresAtMs)
          expect(store.version(handle)).toBe(version)
        }
        store.close()
        expect(store.bytes).toBe(0)
      })
    }),
    { numRuns: 60 },
  )
})
