import { expect, test } from 'bun:test'
import { BoundedOutlet, Emitter, OperatorNode } from '../../../runtime/isolate/index.ts'
import { CHUNK_BYTES, unpackEntries, type Operator } from '../../../runtime/operators/index.ts'
import { Recorder } from './recording.ts'

const ENTRY_BYTES = 64 * 1024
const ENTRIES = 60

/** With a state of some megabytes. */
const large: Operator = {
  process: () => true,
  *snapshot() {
    for (let index = 0; index < ENTRIES; index += 1) {
      yield { keyHash: index, bytes: new Uint8Array(ENTRY_BYTES).fill(index) }
    }
  },
}

const start = () => {
  const sent: Uint8Array<ArrayBuffer>[] = []
  const outlet = new BoundedOutlet((_checkpointId, _vertexId, chunk) => {
    // As if it were posted: the memory is not there any more.
    const { byteOffset, length } = chunk
    sent.push(
      new Uint8Array(
        structuredClone(chunk.buffer, { transfer: [chunk.buffer] }),
        byteOffset,
        length,
      ),
    )
  })
  const acknowledged: number[] = []
  const node = new OperatorNode({
    vertexId: 7,
    operator: large,
    inputCount: 1,
    emitter: new Emitter([{ target: new Recorder(), input: 0 }]),
    exactlyOnce: true,
    acknowledge: (checkpointId) => acknowledged.push(checkpointId),
    outlet,
  })
  return { sent, outlet, node, acknowledged }
}

test('a large state goes out some chunks at a time, in memory that is used again', () => {
  const { sent, outlet, node, acknowledged } = start()
  node.acceptControl(0, { kind: 'barrier', checkpointId: 1 })
  for (let calls = 0; node.call(); calls += 1) expect(calls).toBeLessThan(100)
  expect(outlet.hasRoom).toBe(false)
  expect(sent).toHaveLength(8)
  const entries: number[] = []
  for (let taken = 0; taken < sent.length; taken += 1) {
    expect(sent.length - taken).toBeLessThanOrEqual(8)
    const chunk = sent[taken]!
    for (const { keyHash } of unpackEntries([chunk])) entries.push(keyHash!)
    outlet.arrived(chunk.buffer)
    while (node.call());
  }
  expect(entries).toEqual(Array.from({ length: ENTRIES }, (_, index) => index))
  expect(acknowledged).toEqual([1])
})

test('the memory of a chunk that has arrived is that of the next', () => {
  const sent: Uint8Array<ArrayBuffer>[] = []
  const outlet = new BoundedOutlet((_checkpointId, _vertexId, chunk) => sent.push(chunk))
  const first = outlet.allocate(CHUNK_BYTES)
  outlet.send(1, 1, first)
  expect(outlet.allocate(CHUNK_BYTES).buffer).not.toBe(first.buffer)
  outlet.arrived(first.buffer)
  expect(outlet.allocate(CHUNK_BYTES).buffer).toBe(first.buffer)
})

test('a small state does not take the memory of a chunk along', () => {
  const sent: Uint8Array<ArrayBuffer>[] = []
  const outlet = new BoundedOutlet((_checkpointId, _vertexId, chunk) => sent.push(chunk))
  const memory = outlet.allocate(CHUNK_BYTES)
  outlet.send(1, 1, memory.fill(5).subarray(0, 100))
  expect(sent[0]).toEqual(new Uint8Array(100).fill(5))
  expect(sent[0]!.buffer.byteLength).toBe(100)
  expect(outlet.allocate(CHUNK_BYTES).buffer).toBe(memory.buffer)
})
