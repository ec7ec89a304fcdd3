import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { GridMap } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps } from './maps.ts'

/** What a map is meant to be: entries with the time at which they die. */
class Model {
  readonly entries = new Map<string, { value: number; diesAtMs: number }>()
  nowMs = 0

  get(key: string): number | null {
    const entry = this.entries.get(key)
    return entry !== undefined && entry.diesAtMs > this.nowMs ? entry.value : null
  }

  set(key: string, value: number, ttlMs = 0): void {
    this.entries.set(key, { value, diesAtMs: ttlMs === 0 ? Infinity : this.nowMs + ttlMs })
  }

  put(key: string, value: number, ttlMs?: number): number | null {
    const before = this.get(key)
    this.set(key, value, ttlMs)
    return before
  }

  remove(key: string): number | null {
    const before = this.get(key)
    this.entries.delete(key)
    return before
  }

  live(): [string, number][] {
    return [...this.entries]
      .filter(([key]) => this.get(key) !== null)
      .map(([key, { value }]): [string, number] => [key, value])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

type Subject = GridMap<string, number>
type Step = readonly [
  name: string,
  run: (map: Subject) => Promise<unknown>,
  expect: (model: Model) => unknown,
]

const keys = fc.integer({ min: 0, max: 7 }).map((at) => `k${at}`)
const values = fc.integer({ min: 0, max: 3 })
const ttls = fc.constantFrom(0, 50, 120)

const steps: fc.Arbitrary<Step> = fc.oneof(
  keys.map((k): Step => [`get ${k}`, (map) => map.get(k), (model) => model.get(k)]),
  keys.map((k): Step => [
    `containsKey ${k}`,
    (map) => map.containsKey(k),
    (model) => model.get(k) !== null,
  ]),
  fc
    .tuple(keys, values, ttls)
    .map(([k, v, ttlMs]): Step => [
      `put ${k} ${v} ${ttlMs}`,
      (map) => map.put(k, v, { ttlMs }),
      (model) => model.put(k, v, ttlMs),
    ]),
  fc
    .tuple(keys, values)
    .map(([k, v]): Step => [`set ${k} ${v}`, (map) => map.set(k, v), (model) => model.set(k, v)]),
  fc
    .tuple(keys, values, ttls)
    .map(([k, v, ttlMs]): Step => [
      `putIfAbsent ${k} ${v} ${ttlMs}`,
      (map) => map.putIfAbsent(k, v, { ttlMs }),
      (model) => model.get(k) ?? model.put(k, v, ttlMs),
    ]),
  fc
    .tuple(keys, values)
    .map(([k, v]): Step => [
      `replace ${k} ${v}`,
      (map) => map.replace(k, v),
      (model) => (model.get(k) === null ? null : model.put(k, v)),
    ]),
  fc
    .tuple(keys, values, values)
    .map(([k, old, v]): Step => [
      `replaceIfSame ${k} ${old} ${v}`,
      (map) => map.replaceIfSame(k, old, v),
      (model) => model.get(k) === old && model.put(k, v) !== null,
    ]),
  keys.map((k): Step => [`remove ${k}`, (map) => map.remove(k), (model) => model.remove(k)]),
  fc
    .tuple(keys, values)
    .map(([k, old]): Step => [
      `removeIfSame ${k} ${old}`,
      (map) => map.removeIfSame(k, old),
      (model) => model.get(k) === old && model.remove(k) !== null,
    ]),
  fc.array(fc.tuple(keys, values), { maxLength: 5 }).map((entries): Step => [
    `putAll ${JSON.stringify(entries)}`,
    (map) => map.putAll(entries),
    (model) => {
      for (const [k, v] of entries) model.set(k, v)
    },
  ]),
  fc.array(keys, { maxLength: 5 }).map((asked): Step => [
    `getAll ${asked.join()}`,
    async (map) => [...(await map.getAll([...new Set(asked)]))].sort(),
    (model) =>
      [...new Set(asked)]
        .map((k): [string, number | null] => [k, model.get(k)])
        .filter(([, v]) => v !== null)
        .sort(),
  ]),
  fc.tuple(keys, ttls).map(([k, ttlMs]): Step => [
    `setTtl ${k} ${ttlMs}`,
    (map) => map.setTtl(k, ttlMs),
    (model) => {
      const value = model.get(k)
      if (value !== null) model.set(k, value, ttlMs)
      return value !== null
    },
  ]),
  fc.constant<Step>(['size', (map) => map.size(), (model) => model.live().length]),
  fc.constant<Step>([
    'entrySet',
    async (map) => (await map.entrySet()).sort(([a], [b]) => (a < b ? -1 : 1)),
    (model) => model.live(),
  ]),
  values.map((v): Step => [
    `containsValue ${v}`,
    (map) => map.containsValue(v),
    (model) => model.live().some(([, value]) => value === v),
  ]),
  fc.constant<Step>(['clear', (map) => map.clear(), (model) => model.entries.clear()]),
)

type Turn =
  | { readonly step: Step }
  | { readonly advanceMs: number }
  | { readonly change: 'failOver' | 'handOver' }

const turns: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 12, arbitrary: steps.map((step) => ({ step })) },
  { weight: 2, arbitrary: fc.constantFrom(10, 40, 100).map((advanceMs) => ({ advanceMs })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('failOver' as const, 'handOver' as const)
      .map((change) => ({ change })),
  },
)

test('does what a map with virtual time does, whatever is called', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turns, { maxLength: 60 }), async (run) => {
      const maps = startMaps({ partitionCount: 3 })
      const map = maps.map<string, number>()
      const model = new Model()
      for (const turn of run) {
        if ('change' in turn) maps[turn.change]()
        else if ('advanceMs' in turn) {
          maps.advance(turn.advanceMs)
          model.nowMs += turn.advanceMs
        } else {
          const [name, act, expected] = turn.step
          const answer = await act(map)
          expect({ [name]: answer }).toEqual({ [name]: expected(model) })
        }
      }
      maps.close()
    }),
    { numRuns: 150 },
  )
})
