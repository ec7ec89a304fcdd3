import { expect, test } from 'bun:test'
import { SinkNode, type RowSink } from '../../../runtime/isolate/index.ts'
import { rowAt } from '../../../runtime/rows/index.ts'
import { batch } from './recording.ts'

/** A sink whose writes end when the test says so. */
const heldSink = () => {
  const log: string[] = []
  const held: PromiseWithResolvers<void>[] = []
  const hold = (text: string): Promise<void> => {
    log.push(text)
    const pending = Promise.withResolvers<void>()
    held.push(pending)
    return pending.promise
  }
  const sink: RowSink = {
    write: (rows) => hold(`write ${rowAt(rows, 0)[0]}`),
    flush: () => void log.push('flush'),
    prepare: (checkpointId) => hold(`prepare ${checkpointId}`).then(() => `state ${checkpointId}`),
  }
  const release = async (): Promise<void> => {
    held.shift()!.resolve()
    await Bun.sleep(0)
  }
  const fail = async (error: Error): Promise<void> => {
    held.shift()!.reject(error)
    await Bun.sleep(0)
  }
  return { sink, log, release, fail }
}

const nodeOf = (inputCount: number) => {
  const parts = heldSink()
  const acknowledged: string[] = []
  const failures: unknown[] = []
  let wakes = 0
  const node = new SinkNode({
    vertexId: 1,
    sink: parts.sink,
    inputCount,
    exactlyOnce: true,
    acknowledge: (checkpointId, _vertexId, state) => acknowledged.push(`${checkpointId} ${state}`),
    wake: () => {
      wakes += 1
    },
    fail: (error) => failures.push(error),
  })
  return { ...parts, node, acknowledged, failures, wakeCount: () => wakes }
}

test('rows wait while a write is pending', async () => {
  const { node, log, release, wakeCount } = nodeOf(1)
  expect(node.acceptBatch(0, batch(1))).toBe(true)
  expect(node.acceptBatch(0, batch(2))).toBe(false)
  await release()
  expect(wakeCount()).toBe(1)
  expect(node.acceptBatch(0, batch(2))).toBe(true)
  expect(log).toEqual(['write 1', 'write 2'])
  expect(node.rowCount).toBe(2)
})

test('a checkpoint is acknowledged when everything before it is prepared', async () => {
  const { node, log, release, acknowledged } = nodeOf(2)
  node.acceptBatch(0, batch(1))
  expect(node.acceptControl(1, { kind: 'barrier', checkpointId: 4 })).toBe(false)
  await release()
  node.acceptControl(1, { kind: 'barrier', checkpointId: 4 })
  expect(node.acceptBatch(1, batch(2))).toBe(false)
  node.acceptControl(0, { kind: 'barrier', checkpointId: 4 })
  expect(node.acceptBatch(1, batch(2))).toBe(false)
  expect(acknowledged).toEqual([])
  await release()
  expect(acknowledged).toEqual(['4 state 4'])
  expect(node.acceptBatch(1, batch(2))).toBe(true)
  expect(log).toEqual(['write 1', 'prepare 4', 'write 2'])
})

test('at the end what is buffered is flushed, and the last checkpoint is prepared', async () => {
  const { node, log, release, acknowledged } = nodeOf(1)
  node.acceptBatch(0, batch(1))
  await release()
  node.acceptControl(0, { kind: 'end' })
  while (!node.done) node.call()
  expect(log).toEqual(['write 1', 'flush'])
  node.trigger(9)
  await release()
  expect(acknowledged).toEqual(['9 state 9'])
})

test('a write that fails is told, not thrown', async () => {
  const { node, fail, failures } = nodeOf(1)
  node.acceptBatch(0, batch(1))
  await fail(new Error('the disk is gone'))
  expect(failures.map(String)).toEqual(['Error: the disk is gone'])
})
