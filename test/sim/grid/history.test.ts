import { describe, expect, test } from 'bun:test'
import { explain, type Recorded } from './history.ts'

type Told = Partial<Recorded> & Pick<Recorded, 'kind' | 'calledMs' | 'returnedMs'>

const explained = (history: readonly Told[]) =>
  explain(
    'k',
    history.map((told) => ({ client: 'c', ...told })),
  )

const put = (calledMs: number, returnedMs: number, value: string, result?: string): Told => ({
  kind: 'put',
  calledMs,
  returnedMs,
  value,
  result,
})

const get = (calledMs: number, returnedMs: number, result?: string): Told => ({
  kind: 'get',
  calledMs,
  returnedMs,
  result,
})

describe('a history', () => {
  test('is fine when some order explains it', () => {
    expect(explained([])).toBeUndefined()
    expect(explained([get(0, 1), put(2, 3, 'a'), get(4, 5, 'a')])).toBeUndefined()
    // Two at once, in the other order.
    expect(explained([put(0, 9, 'a', 'b'), put(1, 8, 'b'), get(10, 11, 'a')])).toBeUndefined()
  })

  test('is wrong when what was acknowledged is gone', () => {
    expect(explained([put(0, 1, 'a'), get(2, 3)])).toContain('no order explains')
  })

  test('is wrong when a read goes back', () => {
    const history = [put(0, 1, 'a'), put(2, 9, 'b', 'a'), get(3, 4, 'b'), get(5, 6, 'a')]
    expect(explained(history)).toContain('no order explains')
  })

  test('lets what has no answer run late or never, but once', () => {
    const unknown = put(0, Infinity, 'a')
    expect(explained([unknown, get(5, 6)])).toBeUndefined()
    expect(explained([unknown, get(5, 6), get(7, 8, 'a')])).toBeUndefined()
    const twice = [unknown, get(5, 6, 'a'), put(7, 8, 'b', 'a'), get(9, 10, 'a')]
    expect(explained(twice)).toContain('no order explains')
  })

  test('knows exchanges and removals', () => {
    const exchange = (calledMs: number, expected: string | undefined, result: boolean): Told => ({
      kind: 'compareAndSet',
      calledMs,
      returnedMs: calledMs + 1,
      expected,
      value: `v${calledMs}`,
      result,
    })
    const removed: Told = { kind: 'remove', calledMs: 4, returnedMs: 5, result: 'v0' }
    const start = [exchange(0, undefined, true), exchange(2, undefined, false), removed]
    expect(explained([...start, exchange(6, undefined, true)])).toBeUndefined()
    expect(explained([...start, exchange(6, 'v0', true)])).toContain('no order explains')
  })
})
