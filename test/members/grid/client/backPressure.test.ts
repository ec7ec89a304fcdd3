import { describe, expect, test } from 'bun:test'
import { ByteSource } from '../../../../members/grid/bytes/index.ts'
import {
  type BackPressureOptions,
  withBackPressure,
} from '../../../../members/grid/client/backPressure.ts'
import type { GridInvoker, Invocation } from '../../../../members/grid/operations/invoker.ts'
import { EngineError } from '../../../../runtime/errors/index.ts'
import { createVirtualClock } from '../../../contract/virtualClock.ts'
import { codeOf } from '../../wire/members.ts'

const NOTHING = new ByteSource(new Uint8Array(0))

/** An invoker whose calls end when the test says so, oldest first. */
const createSlow = () => {
  const open: (() => void)[] = []
  const wait = <T>(value: T): Promise<T> =>
    new Promise((resolve) => {
      open.push(() => resolve(value))
    })
  const invoker: Omit<GridInvoker, 'subscribe'> = {
    partitionCount: 7,
    callerId: 'me',
    invoke: () => wait(NOTHING),
    invokeOnPartitions: () => wait(new Map()),
    invokeAll: (all) => wait(all.map(() => NOTHING)),
  }
  return { open, invoker }
}

const CALL: Invocation = {
  serviceId: 1,
  operation: 1,
  name: 'n',
  partition: 0,
  arguments: new Uint8Array(0),
  isIdempotent: true,
}

const start = (change: Partial<BackPressureOptions> = {}) => {
  const clock = createVirtualClock()
  const { open, invoker } = createSlow()
  const options = { clock, invocationsMax: 3, backoffTimeoutMs: 0, refusal: () => undefined }
  return { clock, open, bounded: withBackPressure(invoker, { ...options, ...change }) }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('back pressure', () => {
  test('refuses one call more than may be under way, retryably', async () => {
    const { open, bounded } = start()
    const first = [bounded.invoke(CALL), bounded.invoke(CALL), bounded.invoke(CALL)]
    // What has its turn begins at once.
    expect(open.length).toBe(3)
    expect(await codeOf(bounded.invoke(CALL))).toBe('GRD-052')
    open.shift()!()
    await first[0]
    const next = bounded.invoke(CALL)
    expect(open.length).toBe(3)
    for (const end of open) end()
    await Promise.all([...first, next])
  })

  test('lets calls wait for their turn, in their order, for so long', async () => {
    const { clock, open, bounded } = start({ backoffTimeoutMs: 100 })
    const all = Array.from({ length: 3 }, () => bounded.invoke(CALL))
    const order: string[] = []
    const waiting = ['a', 'b'].map((name) => bounded.invoke(CALL).then(() => order.push(name)))
    const late = codeOf(bounded.invoke(CALL))
    open.shift()!()
    open.shift()!()
    await settled()
    expect(open.length).toBe(3)
    clock.advance(100)
    expect(await late).toBe('GRD-052')
    for (const end of open) end()
    await Promise.all([...all, ...waiting])
    expect(order).toEqual(['a', 'b'])
  })

  test('counts many calls at once as many, and lets more than may run have a turn alone', async () => {
    const { open, bounded } = start({ backoffTimeoutMs: Infinity })
    const many = bounded.invokeAll([CALL, CALL])
    const more = bounded.invokeOnPartitions([1, 2, 3, 4, 5], CALL)
    const last = bounded.invoke(CALL)
    await settled()
    expect(open.length).toBe(1)
    open.shift()!()
    await many
    await settled()
    expect(open.length).toBe(1)
    open.shift()!()
    await more
    await settled()
    open.shift()!()
    await last
  })

  test('bounds those that wait, too', async () => {
    const { open, bounded } = start({ backoffTimeoutMs: Infinity })
    const all = Array.from({ length: 6 }, () => bounded.invoke(CALL))
    expect(await codeOf(bounded.invoke(CALL))).toBe('GRD-052')
    while (open.length > 0) {
      open.shift()!()
      await settled()
    }
    await Promise.all(all)
  })

  test('refuses all while the client says so, also those that waited', async () => {
    let refusal: EngineError | undefined
    const { open, bounded } = start({ backoffTimeoutMs: Infinity, refusal: () => refusal })
    const all = Array.from({ length: 3 }, () => bounded.invoke(CALL))
    const waiting = codeOf(bounded.invoke(CALL))
    refusal = new EngineError('GRD-051', 'closed')
    expect(await codeOf(bounded.invoke(CALL))).toBe('GRD-051')
    for (const end of open) end()
    await Promise.all(all)
    expect(await waiting).toBe('GRD-051')
  })
})
