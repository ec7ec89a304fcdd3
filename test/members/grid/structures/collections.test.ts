import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { ByteSink, ByteSource } from '../../../../members/grid/bytes/index.ts'
import { Collection } from '../../../../members/grid/structures/collection.ts'
import { createHarnessGrid, settle, type HarnessGrid } from '../../../contract/harnessGrid.ts'

/** One change, done to the structure and to an array beside it. */
interface Change {
  readonly kind: number
  readonly index: number
  readonly value: string
}

const changes = fc.array(
  fc.record({
    kind: fc.nat(99),
    index: fc.nat(30),
    value: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'long '.repeat(20)),
  }),
  { maxLength: 80, size: 'max' },
)

type Model = (grid: HarnessGrid, items: string[], change: Change) => Promise<void>

const listModel: Model = async (grid, items, { kind, index, value }) => {
  const list = grid.list('l')
  const at = index % (items.length + 1)
  switch (kind % 8) {
    case 0:
      expect(await list.add(value)).toBe(true)
      items.push(value)
      return
    case 1:
    case 2:
      await list.addAt(at, value)
      items.splice(at, 0, value)
      return
    case 3:
      await list.addAllAt(at, [value, 'x', value])
      items.splice(at, 0, value, 'x', value)
      return
    case 4:
      if (at === items.length) return
      expect(await list.removeAt(at)).toBe(items.splice(at, 1)[0]!)
      return
    case 5:
      if (at === items.length) return
      expect(await list.set(at, value)).toBe(items[at]!)
      items[at] = value
      return
    case 6:
      expect(await list.indexOf(value)).toBe(items.indexOf(value))
      expect(await list.lastIndexOf(value)).toBe(items.lastIndexOf(value))
      return
    default:
      grid.harness.failOver()
  }
}

const queueModel: Model = async (grid, items, { kind, index, value }) => {
  const queue = grid.queue('q')
  switch (kind % 6) {
    case 0:
    case 1:
      await queue.add(value)
      items.push(value)
      return
    case 2:
      expect(await queue.poll()).toBe(items.shift() ?? null)
      return
    case 3: {
      const at = items.indexOf(value)
      expect(await queue.remove(value)).toBe(at >= 0)
      if (at >= 0) items.splice(at, 1)
      return
    }
    case 4: {
      const drained: string[] = []
      await queue.drainTo(drained, index % 4)
      expect(drained).toEqual(items.splice(0, index % 4))
      return
    }
    default:
      grid.harness.failOver()
  }
}

const setModel: Model = async (grid, items, { kind, value }) => {
  const set = grid.set('s')
  const at = items.indexOf(value)
  switch (kind % 4) {
    case 0:
    case 1:
      expect(await set.add(value)).toBe(at < 0)
      if (at < 0) items.push(value)
      return
    case 2:
      expect(await set.remove(value)).toBe(at >= 0)
      if (at >= 0) items.splice(at, 1)
      return
    default:
      grid.harness.failOver()
  }
}

const behavesAs = async (
  model: Model,
  collectionOf: (grid: HarnessGrid) => { toArray(): Promise<string[]> },
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(changes, async (steps) => {
      const grid = createHarnessGrid({ copyEvery: 7 })
      const items: string[] = []
      for (const step of steps) await model(grid, items, step)
      expect(await collectionOf(grid).toArray()).toEqual(items)
      grid.harness.close()
    }),
    { numRuns: 100 },
  )

describe('collections behave as arrays, also when their member changes', () => {
  test('list', () => behavesAs(listModel, (grid) => grid.list('l')))
  test('queue', () => behavesAs(queueModel, (grid) => grid.queue('q')))
  test('set', () => behavesAs(setModel, (grid) => grid.set('s')))
})

test('a list takes any number of items at one place', async () => {
  const { list, harness } = createHarnessGrid({ copyEvery: 100 })
  const items = ['first', 'second', 'last']
  await list('l').addAll(items)
  for (let index = 0; index < 500; index += 1) {
    await list('l').addAt(2, `${index}`)
    items.splice(2, 0, `${index}`)
  }
  expect(await list('l').toArray()).toEqual(items)
  harness.close()
})

test('making room in a list moves few of its items', () => {
  const list = new Collection({
    backupCount: 1,
    asyncBackupCount: 0,
    isIndexed: false,
    mergePolicy: 'put-if-absent',
  })
  const effects = new ByteSink()
  const turn = { nowMs: 0, effects, isAlone: false, hasListeners: false, publish: () => {} }
  for (let index = 0; index < 5000; index += 1) list.append(new Uint8Array([1]), turn)
  let bytesMax = 0
  const isOdd = (index: number): Uint8Array => new Uint8Array([index % 2])
  for (let index = 0; index < 20_000; index += 1) {
    effects.reset()
    list.insert(2500, isOdd(index), turn)
    bytesMax = Math.max(bytesMax, effects.length)
  }
  for (let index = 0; index < 20_000; index += 1) {
    expect(list.at(2500 + index)).toEqual(isOdd(19_999 - index))
  }
  // An item that is moved takes 23 bytes.
  expect(bytesMax).toBeGreaterThan(23 * 10)
  expect(bytesMax).toBeLessThan(23 * 200)
})

test('a queue of more than a page is drained and looked through in pages', async () => {
  const { queue } = createHarnessGrid({ copyEvery: 1000 })
  const items = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(100_000)}`)
  await queue('q').addAll(items)
  expect(await queue('q').toArray()).toEqual(items)
  const drained: string[] = []
  expect(await queue('q').drainTo(drained, 49)).toBe(49)
  expect(drained).toEqual(items.slice(0, 49))
})

describe('who waits at a queue', () => {
  test('is served in the order in which he came', async () => {
    const { queue } = createHarnessGrid()
    const taking = ['a', 'b', 'c'].map(() => queue('q').take())
    await settle()
    await queue('q').addAll(['a', 'b'])
    await queue('q').put('c')
    expect(await Promise.all(taking)).toEqual(['a', 'b', 'c'])
  })

  test('goes on waiting at the new owner', async () => {
    const { queue, harness } = createHarnessGrid()
    const taking = queue('q').take()
    const putting = [1, 2, 3].map((index) => queue('bounded-q').put(`${index}`))
    await settle()
    harness.failOver()
    await queue('q').put('a')
    expect(await taking).toBe('a')
    expect(await queue('bounded-q').take()).toBe('1')
    await Promise.all(putting)
    expect(await queue('bounded-q').toArray()).toEqual(['2', '3'])
  })

  test('can stop, and takes nothing then', async () => {
    const { queue, harness } = createHarnessGrid()
    const cancellation = new AbortController()
    const taking = queue('q').take(cancellation.signal)
    await settle()
    cancellation.abort(new Error('Enough'))
    expect(await taking.catch(String)).toBe('Error: Enough')
    expect(harness.waitingCount()).toBe(0)
    await queue('q').put('a')
    expect(await queue('q').size()).toBe(1)
  })
})

test('an effect of a set holds whatever was at its position', () => {
  const effect = (value: number): ByteSource => {
    const sink = new ByteSink()
    sink.u8(1)
    sink.f64(0)
    sink.bytes(new Uint8Array([value]))
    return new ByteSource(sink.copy())
  }
  const set = new Collection({
    backupCount: 1,
    asyncBackupCount: 0,
    isIndexed: true,
    mergePolicy: 'put-if-absent',
  })
  set.apply(effect(1))
  set.apply(effect(2))
  expect(set.indexOf(new Uint8Array([1]))).toBe(-1)
  expect(set.indexOf(new Uint8Array([2]))).toBe(0)
  expect(set.length).toBe(1)
})

test('no collection takes null', async () => {
  const { queue, list, set } = createHarnessGrid()
  const nothing = undefined as unknown as string
  for (const adding of [queue('q').add(nothing), list('l').add(nothing), set('s').add(nothing)]) {
    expect(await adding.catch((error: { code: string }) => error.code)).toBe('GRD-034')
  }
})
