import { afterEach, describe, expect, test } from 'bun:test'
import { ByteSink, type ByteSource } from '../../members/grid/bytes/index.ts'
import type { Invocation } from '../../members/grid/operations/invoker.ts'
import type { Fragment, Structure } from '../../members/grid/structures/structure.ts'
import { createGridHarness, type GridHarness } from './gridHarness.ts'

type Fault = 'none' | 'not replicated' | 'added twice' | 'copy forgets' | 'changed, then refused'

const SET = 1
const AWAIT = 2

/** A number in each partition: `set` changes it, `await` waits until it is not 0. */
const numbers = (fault: Fault): Structure => ({
  serviceId: 200,
  name: 'number',
  matches: () => true,
  createFragment({ wake }): Fragment {
    let value = 0
    return {
      backupCount: 1,
      asyncBackupCount: 0,
      execute(call) {
        if (call.operation === AWAIT && value === 0 && call.turn < 3) {
          call.park('value', call.arguments.u32())
          return
        }
        if (call.operation === SET) {
          value = call.arguments.u32()
          if (fault === 'changed, then refused') throw new Error('No')
          if (fault !== 'not replicated') call.effects.u32(value)
          if (call.hasListeners) call.publish(new Uint8Array([value]))
          wake('value')
        }
        call.result.u32(value)
      },
      apply(effects: ByteSource) {
        while (!effects.isAtEnd) {
          value = (fault === 'added twice' ? value : 0) + effects.u32()
        }
      },
      copy(_cursor, effects) {
        if (fault !== 'copy forgets') effects.u32(value)
        return undefined
      },
      digest: () => value,
      isEmpty: () => value === 0,
      callerGone(_caller, turn) {
        value = 0
        turn.effects.u32(0)
      },
      sizes: () => ({ entries: 1, bytes: 4 }),
      close: () => {},
    }
  },
})

let harness: GridHarness | undefined
afterEach(() => harness?.close())

const start = (fault: Fault = 'none'): GridHarness => {
  harness = createGridHarness([numbers(fault)])
  return harness
}

const call = (operation: number, value: number, signal?: AbortSignal): Invocation => {
  const sink = new ByteSink()
  sink.u32(value)
  return {
    serviceId: 200,
    operation,
    name: 'n',
    partition: 3,
    arguments: sink.copy(),
    isIdempotent: false,
    ...(signal === undefined ? {} : { signal }),
  }
}

describe('the harness', () => {
  test('answers, tells listeners, and goes on with the backup', async () => {
    const { invoker, failOver } = start()
    const events: number[] = []
    const subscription = await invoker.subscribe(200, 'n', new Uint8Array(), (event) =>
      events.push(event.u8()),
    )
    expect((await invoker.invoke(call(SET, 5))).u32()).toBe(5)
    failOver()
    expect((await invoker.invoke(call(AWAIT, 0))).u32()).toBe(5)
    await subscription.cancel()
    await invoker.invoke(call(SET, 6))
    expect(events).toEqual([5])
  })
  test('wakes, times out and takes back calls that wait', async () => {
    const { invoker, advance, waitingCount, failOver } = start()
    const first = invoker.invoke(call(AWAIT, 1000))
    const cancellation = new AbortController()
    const second = invoker.invoke(call(AWAIT, 1000, cancellation.signal))
    await Promise.resolve()
    expect(waitingCount()).toBe(2)
    cancellation.abort(new Error('Enough'))
    expect(second).rejects.toThrow('Enough')
    failOver()
    await invoker.invoke(call(SET, 8))
    expect((await first).u32()).toBe(8)
    await invoker.invoke(call(SET, 0))
    const third = invoker.invoke(call(AWAIT, 1000))
    await Promise.resolve()
    advance(999)
    expect(waitingCount()).toBe(1)
    advance(1)
    expect((await third).u32()).toBe(0)
  })
  test('tells fragments that a caller is gone', async () => {
    const { invoker, callerGone } = start()
    await invoker.invoke(call(SET, 5))
    callerGone('caller-1')
    expect((await invoker.invoke(call(AWAIT, 0))).u32()).toBe(0)
  })
  for (const [fault, complaint] of [
    ['not replicated', 'the state changed without effects'],
    ['added twice', 'differs after the same effects came twice'],
    ['copy forgets', 'A copy differs'],
    ['changed, then refused', 'it changed the state'],
  ] as const) {
    test(`finds a structure where the fault is: ${fault}`, () => {
      expect(start(fault).invoker.invoke(call(SET, 5))).rejects.toThrow(complaint)
    })
  }
})
