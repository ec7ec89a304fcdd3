import { expect, test } from 'bun:test'
import { createIsolatePool } from '../../../jobs/workers/isolatePool.ts'
import { createRealHost, type Host, type Thread } from '../../../runtime/host/index.ts'

/** Threads that say and do nothing but what the test tells them. */
const start = () => {
  const started: { readonly says: (message: unknown) => void; readonly ends: () => void }[] = []
  const spawn = (): Thread => {
    let says: (message: unknown) => void = () => undefined
    let ends: () => void = () => undefined
    started.push({ says: (message) => says(message), ends: () => ends() })
    return {
      post: () => undefined,
      onMessage: (receive) => (says = receive),
      onExit: (receive) => (ends = receive),
      terminate: async () => ends(),
    }
  }
  const real = createRealHost()
  const host: Host = {
    ...real,
    processors: { ...real.processors, count: 2 },
    threads: { spawn, parent: undefined },
  }
  const pool = createIsolatePool(host, 0)
  const states = (): string[] =>
    pool.isolates().map(({ id, name, state }) => `${id} ${name} ${state}`)
  return { pool, started, states }
}

test('isolates are listed from when they are taken until their thread is gone', async () => {
  const { pool, started, states } = start()
  expect([pool.isolates(), pool.threadsPeak()]).toEqual([[], 0])
  const [a, b, c] = ['a', 'b', 'c'].map((name) => pool.take(name).open())
  expect(states()).toEqual(['1 a running', '2 b running', '3 c new'])
  expect(pool.threadsPeak()).toBe(2)
  started[0]!.says({ kind: 'started' })
  expect(states()).toEqual(['1 a running', '2 b running', '3 c running'])
  expect(pool.threadsPeak()).toBe(3)
  a!.release(true)
  b!.release(false)
  expect(states()).toEqual(['1 a idle', '3 c running'])
  const d = pool.take('d').open()
  expect(states()).toEqual(['1 d running', '3 c running'])
  started[2]!.ends()
  expect(states()).toEqual(['1 d running'])
  c!.release(false)
  d.release(true)
  await pool.close()
  expect([pool.isolates(), pool.threadsPeak()]).toEqual([[], 3])
})

test('one that never got a thread is listed no more once nobody wants it', () => {
  const { pool, states } = start()
  const [, , third] = ['a', 'b', 'c'].map((name) => pool.take(name).open())
  third!.release(false)
  expect(states()).toEqual(['1 a running', '2 b running'])
  expect(pool.threadsPeak()).toBe(2)
})
