import { describe, expect, test } from 'bun:test'
import { Emitter, OperatorNode } from '../../../runtime/isolate/index.ts'
import { unpackEntries, type Operator } from '../../../runtime/operators/index.ts'
import type { Batch } from '../../../runtime/rows/index.ts'
import { snapshotOf } from '../../contract/snapshots.ts'
import { batch, Recorder } from './recording.ts'

/** Passes rows on and counts them; the count is its state. */
const counter = (): Operator & { count: number } => ({
  count: 0,
  process(_input, rows: Batch, outbox) {
    if (!outbox.offer(rows)) return false
    this.count += rows.rowCount
    return true
  },
  complete: (outbox) => outbox.offer(batch(99)),
  snapshot(writer) {
    return snapshotOf([{ keyHash: null, bytes: Uint8Array.of(this.count) }], writer)
  },
})

const nodeOf = (inputCount: number, exactlyOnce = true) => {
  const recorder = new Recorder()
  const acknowledged: string[] = []
  const saved = new Map<number, number>()
  const node = new OperatorNode({
    vertexId: 7,
    operator: counter(),
    inputCount,
    emitter: new Emitter([{ target: recorder, input: 0 }]),
    exactlyOnce,
    acknowledge: (checkpointId) => acknowledged.push(`${checkpointId}=${saved.get(checkpointId)}`),
    outlet: {
      hasRoom: true,
      allocate: (sizeBytes) => new Uint8Array(sizeBytes),
      send: (checkpointId, _vertexId, chunk) => {
        saved.set(checkpointId, [...unpackEntries([chunk])][0]!.bytes[0]!)
      },
      flush: () => {},
    },
  })
  return { node, recorder, acknowledged }
}

const barrier = (checkpointId: number) => ({ kind: 'barrier', checkpointId }) as const
const end = { kind: 'end' } as const

describe('barriers', () => {
  test('an aligned input waits for the other, and the state holds what came before', () => {
    const { node, recorder, acknowledged } = nodeOf(2)
    expect(node.acceptControl(0, barrier(1))).toBe(true)
    expect(node.acceptBatch(0, batch(1))).toBe(false)
    expect(node.acceptBatch(1, batch(2))).toBe(true)
    expect(acknowledged).toEqual([])
    expect(node.acceptControl(1, barrier(1))).toBe(true)
    expect(acknowledged).toEqual(['1=1'])
    expect(node.acceptBatch(0, batch(1))).toBe(true)
    expect(recorder.log).toEqual(['0:2', '0|1', '0:1'])
  })

  test('without alignment an input goes on, so its rows count twice after a restart', () => {
    const { node, acknowledged } = nodeOf(2, false)
    node.acceptControl(0, barrier(1))
    expect(node.acceptBatch(0, batch(1))).toBe(true)
    node.acceptControl(1, barrier(1))
    expect(acknowledged).toEqual(['1=1'])
  })

  test('without alignment an input may end while the others are waited for', () => {
    const { node, recorder, acknowledged } = nodeOf(3, false)
    node.acceptControl(0, barrier(1))
    node.acceptControl(0, end)
    node.acceptControl(1, barrier(1))
    expect(acknowledged).toEqual([])
    node.acceptControl(2, barrier(1))
    expect(acknowledged).toEqual(['1=0'])
    node.acceptControl(1, end)
    node.acceptControl(2, end)
    expect(recorder.log).toEqual(['0|1', '0:99', '0.'])
  })

  test('an ended input counts as aligned', () => {
    const { node, recorder, acknowledged } = nodeOf(2)
    node.acceptControl(0, end)
    node.acceptControl(1, barrier(1))
    expect(acknowledged).toEqual(['1=0'])
    expect(recorder.log).toEqual(['0|1'])
  })

  test('an input that ends completes the alignment of the others', () => {
    const { node, acknowledged } = nodeOf(2)
    node.acceptControl(1, barrier(1))
    node.acceptControl(0, end)
    expect(acknowledged).toEqual(['1=0'])
  })

  test('a barrier that is refused is offered again before anything else', () => {
    const { node, recorder } = nodeOf(1)
    recorder.refuses = 1
    expect(node.acceptControl(0, barrier(1))).toBe(true)
    expect(node.acceptBatch(0, batch(1))).toBe(false)
    expect(node.call()).toBe(true)
    expect(node.acceptBatch(0, batch(1))).toBe(true)
    expect(recorder.log).toEqual(['0|1', '0:1'])
  })

  test('a node that is done acknowledges by itself, once', () => {
    const { node, acknowledged } = nodeOf(1)
    node.acceptControl(0, end)
    node.trigger(3)
    node.trigger(3)
    expect(acknowledged).toEqual(['3=0'])
  })

  test('a trigger that comes while the end waits for its receivers is acknowledged at the end', () => {
    const { node, recorder, acknowledged } = nodeOf(1)
    recorder.refuses = 1
    node.acceptControl(0, end)
    node.trigger(3)
    expect(acknowledged).toEqual([])
    node.call()
    expect(node.done).toBe(true)
    expect(acknowledged).toEqual(['3=0'])
  })
})

describe('the end', () => {
  test('comes after what the operator still has', () => {
    const { node, recorder } = nodeOf(2)
    node.acceptControl(0, end)
    expect(node.done).toBe(false)
    recorder.refuses = 1
    node.acceptControl(1, end)
    expect(recorder.log).toEqual([])
    node.call()
    expect(recorder.log).toEqual(['0:99', '0.'])
    expect(node.done).toBe(true)
  })
})

describe('watermarks', () => {
  test('follow the slowest input, and an ended one is no longer waited for', () => {
    const { node, recorder } = nodeOf(2)
    const watermark = (timestampMs: number) => ({ kind: 'watermark', timestampMs }) as const
    node.acceptControl(0, watermark(10))
    node.acceptControl(1, watermark(5))
    node.acceptControl(1, watermark(8))
    node.acceptControl(1, end)
    expect(recorder.log).toEqual(['0~5', '0~8', '0~10'])
  })
})

describe('a batch that was taken in part', () => {
  test('is finished before other inputs and controls', () => {
    const { node, recorder } = nodeOf(2)
    recorder.refuses = 1
    const interrupted = batch(1)
    expect(node.acceptBatch(0, interrupted)).toBe(false)
    expect(node.acceptBatch(1, batch(2))).toBe(false)
    expect(node.acceptControl(1, barrier(1))).toBe(false)
    expect(node.acceptBatch(0, interrupted)).toBe(true)
    expect(node.acceptBatch(1, batch(2))).toBe(true)
    expect(recorder.log).toEqual(['0:1', '0:2'])
  })
})
