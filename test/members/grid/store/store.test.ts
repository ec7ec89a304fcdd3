import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { RecordArena, RecordStore, TIME_MS_MAX } from '../../../../members/grid/store/index.ts'
import { contents, find, put, textOf } from './texts.ts'

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
    fc.property(fc.array(operation, { maxLength: 600, size: 'max' }), (operations) => {
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
    { numRuns: 100 },
  )
})
