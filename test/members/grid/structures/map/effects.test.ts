import { expect, test } from 'bun:test'
import { ByteSink, ByteSource } from '../../../../../members/grid/bytes/index.ts'
import { toData } from '../../../../../members/grid/data/index.ts'
import { DEFAULT_GRID } from '../../../../../members/grid/settings.ts'
import { RecordArena } from '../../../../../members/grid/store/index.ts'
import { createMapStructure } from '../../../../../members/grid/structures/map/index.ts'
import { MapOperation } from '../../../../../members/grid/structures/map/operations.ts'
import { createRealHost } from '../../../../../runtime/host/index.ts'

const setOf = (key: string, value: string): Uint8Array => {
  const sink = new ByteSink()
  sink.bytes(toData(key))
  sink.f64(0)
  sink.bytes(toData(value))
  sink.flag(false)
  return sink.copy()
}

const start = () => {
  const structure = createMapStructure({
    settings: DEFAULT_GRID,
    arena: new RecordArena(),
    processors: {},
    memoryLimitBytes: 2 ** 30,
    dataMemberCount: () => 1,
  })
  const context = { host: createRealHost(), name: 'm', partition: 0, wake: () => {} }
  const fragment = structure.createFragment(context)
  /** The effects of one write. */
  const set = (value: string, isAlone: boolean): Uint8Array => {
    const effects = new ByteSink()
    fragment.execute({
      nowMs: 1,
      effects,
      result: new ByteSink(),
      isAlone,
      hasListeners: false,
      publish: () => {},
      operation: MapOperation.set,
      arguments: new ByteSource(setOf('key', value)),
      caller: 'caller',
      turn: 1,
      park: () => {},
    })
    return effects.copy()
  }
  return { fragment, set, another: () => structure.createFragment(context) }
}

test('a write that nobody else holds says that something has changed, and not what', () => {
  const { fragment, set } = start()
  const value = 'v'.repeat(1000)
  expect(set(value, false).length).toBeGreaterThan(value.length)
  const before = fragment.digest()
  const effects = set('w'.repeat(1000), true)
  expect(effects.length).toBe(1)
  expect(fragment.digest()).not.toBe(before)
  fragment.close()
})

test('what a write says makes a backup alike, whatever it held', () => {
  const { fragment, set, another } = start()
  const backup = another()
  for (const value of ['v', 'w'.repeat(1000), 'x']) {
    backup.apply(new ByteSource(set(value, false)))
    expect(backup.digest()).toBe(fragment.digest())
  }
  backup.close()
  fragment.close()
})
