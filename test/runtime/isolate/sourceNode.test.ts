import { expect, test } from 'bun:test'
import { createRealHost } from '../../../runtime/host/index.ts'
import { Emitter, Loop, SourceNode, type RowSource } from '../../../runtime/isolate/index.ts'
import { batch, Recorder } from './recording.ts'

const { clock } = createRealHost()

const nodeOf = (source: RowSource, rowsPerSecond = Infinity) => {
  const recorder = new Recorder()
  const acknowledged: string[] = []
  const failures: unknown[] = []
  const node: SourceNode = new SourceNode({
    vertexId: 0,
    source,
    emitter: new Emitter([{ target: recorder, input: 0 }]),
    clock,
    rateLimit: { rowsPerSecond, bytesPerSecond: Infinity },
    mayRead: () => true,
    acknowledge: (checkpointId, _vertexId, state) => acknowledged.push(`${checkpointId}@${state}`),
    wake: () => loop.wake(),
    fail: (error) => {
      failures.push(error)
      loop.stop()
    },
  })
  const loop: Loop = new Loop({
    nodes: [node],
    clock,
    onIdle: () => {
      if (node.done) loop.stop()
    },
    onSlice: () => undefined,
  })
  return { node, loop, recorder, acknowledged, failures }
}

/** Yields 1 to `last`, then ends; its position is the last number. */
const counting = (last: number): RowSource => {
  let position = 0
  return {
    poll: () => {
      if (position === last) return 'end'
      position += 1
      return batch(position)
    },
    snapshot: () => position,
  }
}

test('rows come in order and then the end', async () => {
  const { loop, recorder, node } = nodeOf(counting(3))
  await loop.run()
  expect(recorder.log).toEqual(['0:1', '0:2', '0:3', '0.'])
  expect(node.rowCount).toBe(3)
  expect(node.byteCount).toBe(12)
})

test('a barrier comes after the rows that its position counts', () => {
  const { node, recorder, acknowledged } = nodeOf(counting(9))
  node.call()
  recorder.refuses = 1
  node.call()
  node.trigger(5)
  node.call()
  node.call()
  node.call()
  expect(recorder.log.slice(0, 4)).toEqual(['0:1', '0:2', '0|5', '0:3'])
  expect(acknowledged).toEqual(['5@2'])
})

test('a source that has ended acknowledges by itself', async () => {
  const { node, loop, acknowledged } = nodeOf(counting(1))
  await loop.run()
  node.trigger(2)
  expect(acknowledged).toEqual(['2@1'])
})

test('an idle source is asked again, and a barrier does not wait for that', async () => {
  let asked = 0
  const { node, loop, recorder, acknowledged } = nodeOf({
    poll: () => {
      asked += 1
      return asked < 3 ? 'idle' : 'end'
    },
    snapshot: () => asked,
  })
  node.call()
  node.trigger(1)
  node.call()
  expect(acknowledged).toEqual(['1@1'])
  await loop.run()
  expect(recorder.log).toEqual(['0|1', '0.'])
})

test('a drained source ends after what it has read and keeps its position', async () => {
  const { node, loop, recorder, acknowledged } = nodeOf(counting(100))
  node.call()
  recorder.refuses = 1
  node.call()
  node.drain()
  await loop.run()
  node.trigger(1)
  expect(recorder.log).toEqual(['0:1', '0:2', '0.'])
  expect(acknowledged).toEqual(['1@2'])
})

test('promises are awaited one by one, and a failing one is told', async () => {
  let polls = 0
  const { loop, recorder, failures } = nodeOf({
    poll: () => {
      polls += 1
      return polls === 1 ? Promise.resolve(batch(1)) : Promise.reject(new Error('the link is cut'))
    },
    snapshot: () => null,
  })
  await loop.run()
  expect(recorder.log).toEqual(['0:1'])
  expect(failures.map(String)).toEqual(['Error: the link is cut'])
})

test('a rate limit spreads the rows over time', async () => {
  const { loop } = nodeOf(counting(4), 100)
  const startMs = clock.monotonic()
  await loop.run()
  expect(clock.monotonic() - startMs).toBeGreaterThanOrEqual(30)
})

test('a change that comes after a checkpoint was triggered is not in its snapshot', () => {
  let position = 0
  const { node, recorder, acknowledged } = nodeOf({
    poll: () => batch(position),
    snapshot: () => position,
  })
  node.call()
  recorder.refuses = 2
  node.call()
  node.trigger(1)
  node.change(() => {
    position = 7
  })
  node.call()
  expect(acknowledged).toEqual([])
  node.call()
  node.call()
  expect(acknowledged).toEqual(['1@0'])
  expect(recorder.log).toEqual(['0:0', '0:0', '0|1', '0:7'])
})
