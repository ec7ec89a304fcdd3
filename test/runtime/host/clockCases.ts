import { expect } from 'bun:test'
import type { Cases } from './contract.ts'

export const clockCases: Cases = {
  'timers fire once each, in the order of their delays': async ({ host: { clock } }) => {
    const fired: number[] = []
    for (const delayMs of [12, 2, 6]) clock.timer(delayMs, () => fired.push(delayMs))
    await clock.sleep(40)
    expect(fired).toEqual([2, 6, 12])
  },
  'a cancelled timer never fires': async ({ host: { clock } }) => {
    let fired = 0
    const timer = clock.timer(1, () => {
      fired += 1
    })
    timer.cancel()
    timer.cancel()
    await clock.sleep(10)
    expect(fired).toBe(0)
  },
  'both clocks advance with a sleep': async ({ host: { clock } }) => {
    const wall = clock.now()
    const start = clock.monotonic()
    await clock.sleep(20)
    // Timers round to whole milliseconds and may come a fraction early.
    expect(clock.monotonic() - start).toBeGreaterThan(18.9)
    expect(clock.now() - wall).toBeGreaterThanOrEqual(18)
  },
  'a yield lets what is due run first': async ({ host: { clock } }) => {
    const order: string[] = []
    const first = clock.yield().then(() => order.push('first'))
    await clock.yield()
    order.push('second')
    await first
    expect(order).toEqual(['first', 'second'])
  },
}
