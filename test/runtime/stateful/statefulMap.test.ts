import { expect, test } from 'bun:test'
import { instanceOf } from '../../../runtime/exchange/index.ts'
import type { StateEntry } from '../../../runtime/operators/index.ts'
import { batchOfRows, column, rowAt, type Batch, type Value } from '../../../runtime/rows/index.ts'
import { StatefulMap } from '../../../runtime/stateful/index.ts'
import { operatorContract } from '../../contract/operatorContract.ts'
import { entriesOf } from '../../contract/snapshots.ts'

const input = {
  path: 'payments',
  catalog: 'test',
  columns: [column('who', { kind: 'string' }), column('cents', { kind: 'bigint' })],
}
const output = { ...input, path: 'totals' }

/** The running total of each person, and once more at the end. */
const totals = (withEnd: boolean): StatefulMap =>
  new StatefulMap({
    keyColumns: [0],
    keyType: { kind: 'string' },
    stateType: { kind: 'bigint' },
    initialState: () => 0n,
    output,
    step: (state, [who, cents]) => {
      const total = (state as bigint) + (cents as bigint)
      return { state: total, rows: [[who!, total]] }
    },
    ...(withEnd ? { end: (key, state) => [[`end of ${String(key[0])}`, state]] } : {}),
  })

const payments: Batch[] = [
  batchOfRows(input, [
    ['ann', 5n],
    ['bob', 7n],
    ['ann', 1n],
  ]),
  batchOfRows(input, [
    [null, 2n],
    ['bob', 9_007_199_254_740_993n],
  ]),
  batchOfRows(input, []),
]

operatorContract({
  name: 'a running total',
  create: () => totals(false),
  input: payments,
  expected: [
    '{"who":"ann","cents":5}',
    '{"who":"bob","cents":7}',
    '{"who":"ann","cents":6}',
    '{"who":null,"cents":2}',
    '{"who":"bob","cents":9007199254741000}',
  ],
})

operatorContract({
  name: 'a total at the end',
  create: () => totals(true),
  input: payments.slice(0, 1),
  ordered: false,
  expected: [
    '{"who":"ann","cents":5}',
    '{"who":"bob","cents":7}',
    '{"who":"ann","cents":6}',
    '{"who":"end of ann","cents":6}',
    '{"who":"end of bob","cents":7}',
  ],
})

/** A stage of `parallelism` totals that gets each key's rows in the key's own instance. */
class Stage {
  readonly rows: Value[][] = []
  readonly #instances: StatefulMap[]

  constructor(parallelism: number, entries: readonly StateEntry[]) {
    this.#instances = Array.from({ length: parallelism }, (_, instance) => {
      const operator = totals(false)
      operator.restore(
        entries.filter(({ keyHash }) => instanceOf(keyHash!, parallelism) === instance),
      )
      return operator
    })
  }

  take(name: string): void {
    const batch = batchOfRows(input, [[name, 1n]])
    const outbox = { offer: (made: Batch) => this.rows.push(rowAt(made, 0)) > 0 }
    const probe = totals(false)
    probe.process(0, batch, { offer: () => true })
    const { keyHash } = entriesOf(probe)[0]!
    this.#instances[instanceOf(keyHash!, this.#instances.length)]!.process(0, batch, outbox)
  }

  entries(): StateEntry[] {
    return this.#instances.flatMap((operator) => entriesOf(operator))
  }
}

test('totals go on at any other parallelism', () => {
  const names = Array.from({ length: 100 }, (_, index) => `name ${index}`)
  let entries: StateEntry[] = []
  for (const [round, parallelism] of [1, 3, 2, 7, 1].entries()) {
    const stage = new Stage(parallelism, entries)
    for (const name of names) stage.take(name)
    expect(stage.rows).toEqual(names.map((name) => [name, BigInt(round + 1)]))
    entries = stage.entries()
    expect(entries).toHaveLength(names.length)
  }
})

test('a text never stands for another key', () => {
  const anyKey = { ...input, columns: [column('who', { kind: 'any' })] }
  const counts = new StatefulMap({
    keyColumns: [0],
    keyType: { kind: 'any' },
    stateType: { kind: 'int' },
    initialState: () => 0,
    output: { ...input, columns: [column('seen', { kind: 'int' })] },
    step: (state) => ({ state: (state as number) + 1, rows: [[(state as number) + 1]] }),
  })
  const object = { a: 1 } as unknown as Value
  const keys: Value[] = [object, '[{"a":1}]', '\u0000[{"a":1}]', 1, '1', null]
  const seen: Value[] = []
  const outbox = {
    offer: (made: Batch) => {
      for (let row = 0; row < made.rowCount; row += 1) seen.push(rowAt(made, row)[0]!)
      return true
    },
  }
  for (let round = 1; round <= 2; round += 1) {
    counts.process(
      0,
      batchOfRows(
        anyKey,
        keys.map((key) => [key]),
      ),
      outbox,
    )
  }
  expect(seen).toEqual([...keys.map(() => 1), ...keys.map(() => 2)])
  expect(entriesOf(counts)).toHaveLength(keys.length)
})
