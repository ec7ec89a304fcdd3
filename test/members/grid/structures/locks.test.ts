import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { GridInvoker } from '../../../../members/grid/operations/invoker.ts'
import { createLock } from '../../../../members/grid/structures/lock/index.ts'
import { codeOf } from '../../../contract/structures/suite.ts'
import { createHarnessGrid, settle } from '../../../contract/harnessGrid.ts'

const start = () => {
  const { harness } = createHarnessGrid()
  const lockOf = (caller: string, name = 'l') =>
    createLock({ host: harness.host, invoker: harness.invokerOf(caller) }, name)
  return { harness, lockOf }
}

describe('a lock', () => {
  test('is taken again by the holder that has it, and given back as often', async () => {
    const { lockOf } = start()
    const lock = lockOf('one')
    const fence = await lock.lock({ holder: 'worker' })
    expect(await lock.lock({ holder: 'worker' })).toBe(fence)
    expect(await lock.tryLock(0, { holder: 'another' })).toBeNull()
    expect(await lock.tryLock(0)).toBeNull()
    expect(await lockOf('two').tryLock(0, { holder: 'worker' })).toBeNull()
    expect(await lock.owner()).toEqual({
      caller: 'one',
      holder: 'worker',
      fence,
      count: 2,
      leaseMs: Infinity,
    })
    await lock.unlock(fence)
    expect(await lock.isLocked()).toBe(true)
    await lock.unlock(fence)
    expect(await lock.isLocked()).toBe(false)
    expect(await codeOf(lock.unlock(fence))).toBe('GRD-033')
  })

  test('is free when its lease is over, and its fence is worth nothing then', async () => {
    const { harness, lockOf } = start()
    const first = await lockOf('one').lock({ leaseMs: 1000 })
    const waiting = lockOf('two').lock()
    await settle()
    harness.advance(999)
    await settle()
    expect((await lockOf('one').owner())?.leaseMs).toBe(1)
    harness.advance(1)
    const second = await waiting
    expect(second).toBe(first + 1)
    expect(await codeOf(lockOf('one').unlock(first))).toBe('GRD-033')
    expect((await lockOf('one').owner())?.caller).toBe('two')
  })

  test('is not given back with a fence of before by the same caller', async () => {
    const { harness, lockOf } = start()
    const first = await lockOf('one').lock({ leaseMs: 1000 })
    harness.advance(1000)
    const second = await lockOf('one').lock()
    expect(await codeOf(lockOf('one').unlock(first))).toBe('GRD-033')
    expect((await lockOf('one').owner())?.fence).toBe(second)
  })

  test('keeps its owner and its fences when its member changes', async () => {
    const { harness, lockOf } = start()
    const first = await lockOf('one').lock({ holder: 'worker' })
    const waiting = lockOf('two').lock()
    await settle()
    harness.failOver()
    await settle()
    expect(await lockOf('one').lock({ holder: 'worker' })).toBe(first)
    await lockOf('one').unlock(first)
    await lockOf('one').unlock(first)
    const second = await waiting
    expect(second).toBe(first + 1)
    await lockOf('two').unlock(second)
    harness.failOver()
    expect(await lockOf('one').lock()).toBe(second + 1)
  })

  test('goes on when its owner, or who waited, is gone', async () => {
    const { harness, lockOf } = start()
    await lockOf('one').lock()
    const leaving = lockOf('two').lock()
    const waiting = lockOf('three').lock()
    await settle()
    harness.callerGone('two')
    expect(await leaving.catch(String)).toContain('two is gone')
    expect(await lockOf('one').isLocked()).toBe(true)
    harness.callerGone('one')
    expect(await waiting).toBe(2)
  })

  test('counts a call once that comes twice', async () => {
    const { harness } = start()
    const invoker = harness.invokerOf('one')
    const twice: GridInvoker = {
      ...invoker,
      async invoke(invocation) {
        if (invocation.isIdempotent) await invoker.invoke(invocation)
        return invoker.invoke(invocation)
      },
    }
    const lock = createLock({ host: harness.host, invoker: twice }, 'l')
    const fence = await lock.lock({ holder: 'worker' })
    expect(fence).toBe(1)
    expect((await lock.owner())?.count).toBe(1)
    await lock.lock({ holder: 'worker' })
    expect((await lock.owner())?.count).toBe(2)
    await lock.unlock(fence)
    expect((await lock.owner())?.count).toBe(1)
    await lock.unlock(fence)
    expect(await lock.owner()).toBeNull()
  })

  test('is never held by two, with fences that grow', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ caller: fc.nat(2), kind: fc.nat(9) }), { maxLength: 60, size: 'max' }),
        async (steps) => {
          const { harness, lockOf } = start()
          /** By caller. */
          const held = new Map<number, { fence: number; endMs: number }>()
          let last = 0
          for (const { caller, kind } of steps) {
            const lock = lockOf(`${caller}`)
            if (kind < 5) {
              const leaseMs = kind === 0 ? 100 : Infinity
              const fence = await lock.tryLock(0, { leaseMs })
              const nowMs = harness.host.clock.now()
              const owners = [...held].filter(([, { endMs }]) => endMs > nowMs)
              expect(fence === null).toBe(owners.length > 0)
              if (fence === null) continue
              expect(fence).toBeGreaterThan(last)
              last = fence
              held.set(caller, { fence, endMs: nowMs + leaseMs })
            } else if (kind < 7) {
              const own = held.get(caller)
              const isOver = own === undefined || own.endMs <= harness.host.clock.now()
              const code = await codeOf(lock.unlock(own?.fence ?? last + 1))
              expect(code).toBe(isOver ? 'GRD-033' : undefined)
              held.delete(caller)
            } else if (kind === 7) harness.advance(60)
            else if (kind === 8) harness.failOver()
            else {
              harness.callerGone(`${caller}`)
              held.delete(caller)
            }
          }
        },
      ),
      { numRuns: 100 },
    ))
})
