import { expect, test } from 'bun:test'
import { gridStateMaps } from '../../../jobs/cluster/index.ts'
import type { GridMap, GridStructures } from '../../../members/grid/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'

type TextMap = GridMap<string, string>

const doubt = (): EngineError => new EngineError('GRD-002', 'It may or may not have run.')

/** A map whose next answers are lost, after the change or before it. */
const doubtfulMap = () => {
  const entries = new Map<string, string>()
  const lost: ('before' | 'after')[] = []
  const run = async <Result>(change: () => Result): Promise<Result> => {
    const when = lost.shift()
    if (when === 'before') throw doubt()
    const result = change()
    if (when === 'after') throw doubt()
    return result
  }
  const map: Partial<TextMap> = {
    get: async (key) => entries.get(key) ?? null,
    set: (key, value) => run(() => void entries.set(key, value)),
    delete: (key) => run(() => void entries.delete(key)),
    putIfAbsent: (key, value) =>
      run(() => {
        const found = entries.get(key) ?? null
        if (found === null) entries.set(key, value)
        return found
      }),
    replaceIfSame: (key, expected, value) =>
      run(() => {
        if (entries.get(key) !== expected) return false
        entries.set(key, value)
        return true
      }),
    removeIfSame: (key, expected) =>
      run(() => entries.get(key) === expected && entries.delete(key)),
  }
  const grid = { map: () => map } as unknown as Pick<GridStructures, 'map'>
  return { entries, lost, texts: gridStateMaps(grid).texts('any') }
}

for (const when of ['before', 'after'] as const) {
  test(`a change whose answer was lost ${when} it ran is made once, and told as made`, async () => {
    const { entries, lost, texts } = doubtfulMap()
    lost.push(when)
    await texts.set('a', '1')
    lost.push(when, when)
    expect(await texts.putIfAbsent('b', '1')).toBeUndefined()
    lost.push(when)
    expect(await texts.replace('b', '1', '2')).toBeTrue()
    lost.push(when)
    expect(await texts.removeSame('b', '2')).toBeTrue()
    expect([...entries]).toEqual([['a', '1']])
    lost.push(when)
    await texts.remove('a')
    expect(entries.size).toBe(0)
  })

  test(`a condition that does not hold is told so, also when an answer was lost ${when}`, async () => {
    const { entries, lost, texts } = doubtfulMap()
    entries.set('a', '1')
    lost.push(when)
    expect(await texts.putIfAbsent('a', '2')).toBe('1')
    lost.push(when)
    expect(await texts.replace('a', '7', '2')).toBeFalse()
    lost.push(when)
    expect(await texts.removeSame('a', '7')).toBeFalse()
    expect([...entries]).toEqual([['a', '1']])
  })
}

test('an answer that is lost again and again, and any other error, are told', async () => {
  const { lost, texts } = doubtfulMap()
  lost.push(...Array.from({ length: 10 }, () => 'before' as const))
  expect(texts.set('a', '1')).rejects.toMatchObject({ code: 'GRD-002' })
})
