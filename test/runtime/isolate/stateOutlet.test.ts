import { expect, test } from 'bun:test'
import { BoundedOutlet, Emitter, OperatorNode } from '../../../runtime/isolate/index.ts'
import { CHUNK_BYTES, unpackEntries, type Operator } from '../../../runtime/operators/index.ts'
import { PIECE_HEAD_BYTES, PLAIN, writePieceHead } from '../../../runtime/operators/packedChunk.ts'
import { snapshotOf } from '../../contract/snapshots.ts'
import { createVirtualClock } from '../../contract/virtualClock.ts'
import { noise, readings } from '../operators/bodies.ts'
import { Recorder } from './recording.ts'

const ENTRY_BYTES = 64 * 1024
const ENTRIES = 200
const GIVES_WAY_MS = 1000

/** With a state of some megabytes. */
const withState = (bytes: Uint8Array): Operator => ({
  process: () => true,
  snapshot: (writer) =>
    snapshotOf(
      Array.from({ length: ENTRIES }, (_, keyHash) => ({ keyHash, bytes })),
      writer,
    ),
})

const nodeWith = (
  outlet: BoundedOutlet,
  bytes: Uint8Array,
  acknowledge: (checkpointId: number) => void,
): OperatorNode =>
  new OperatorNode({
    vertexId: 7,
    operator: withState(bytes),
    inputCount: 1,
    emitter: new Emitter([{ target: new Recorder(), input: 0 }]),
    exactlyOnce: true,
    acknowledge,
    outlet,
  })

const keyHashesOf = (chunks: readonly Uint8Array[]): number[] =>
  [...unpackEntries(chunks)].map(({ keyHash }) => keyHash!)

const start = () => {
  const clock = createVirtualClock()
  let wakes = 0
  const sent: Uint8Array<ArrayBuffer>[] = []
  const outlet = new BoundedOutlet({
    clock,
    givesWayMs: GIVES_WAY_MS,
    send: (_checkpointId, _vertexId, chunk) => sent.push(chunk),
    wake: () => {
      wakes += 1
    },
  })
  return { clock, sent, outlet, wakes: () => wakes }
}

const chunkWith = (
  outlet: BoundedOutlet,
  bytes: Uint8Array,
  sizeBytes = CHUNK_BYTES,
): Uint8Array<ArrayBuffer> => {
  const chunk = outlet.allocate(CHUNK_BYTES)
  chunk.set(bytes)
  writePieceHead(chunk, 0, PLAIN, sizeBytes - PIECE_HEAD_BYTES)
  return chunk.subarray(0, sizeBytes)
}

/** A chunk that does not shrink. */
const chunkOf = (outlet: BoundedOutlet): Uint8Array<ArrayBuffer> =>
  chunkWith(outlet, noise(CHUNK_BYTES))

const readingsOf = (outlet: BoundedOutlet): Uint8Array<ArrayBuffer> =>
  chunkWith(outlet, readings(CHUNK_BYTES))

test('a state goes out some chunks at a time where no row waits, and whole', () => {
  const { outlet, sent } = start()
  const acknowledged: number[] = []
  const node = nodeWith(outlet, noise(ENTRY_BYTES), (id) => acknowledged.push(id))
  const saveAll = (): void => {
    while (node.call() || outlet.release());
  }
  node.acceptControl(0, { kind: 'barrier', checkpointId: 1 })
  saveAll()
  expect(sent).toHaveLength(4)
  const entries: number[] = []
  for (let taken = 0; taken < sent.length; taken += 1) {
    const chunk = sent[taken]!
    entries.push(...keyHashesOf([chunk]))
    outlet.arrived(chunk.buffer)
    saveAll()
    expect(sent.length - taken).toBeLessThanOrEqual(5)
  }
  expect(entries).toEqual(Array.from({ length: ENTRIES }, (_, index) => index))
  expect(acknowledged).toEqual([1])
})

/** As much as goes without a pause. */
const burst = (outlet: BoundedOutlet, checkpointId: number): void => {
  for (let count = 0; count < 6; count += 1) {
    expect(outlet.hasRoom).toBe(true)
    outlet.send(checkpointId, 7, readingsOf(outlet))
  }
}

test('while rows wait, a burst is on its way, and then none for fifteen times as long', () => {
  const { clock, outlet, sent, wakes } = start()
  burst(outlet, 1)
  expect(outlet.hasRoom).toBe(false)
  clock.advance(5)
  for (const message of sent) {
    expect(outlet.hasRoom).toBe(false)
    outlet.arrived(message.buffer)
  }
  clock.advance(74)
  expect(outlet.hasRoom).toBe(false)
  expect(wakes()).toBe(0)
  clock.advance(1)
  expect(outlet.hasRoom).toBe(true)
  expect(wakes()).toBe(1)
  // The whole of a burst goes again.
  burst(outlet, 1)
  expect(outlet.hasRoom).toBe(false)
})

test('on a machine where chunks wait for long, the pause is short beside that', () => {
  const { clock, outlet, sent } = start()
  burst(outlet, 1)
  clock.advance(300)
  for (const _ of sent) outlet.arrived(null)
  clock.advance(399)
  expect(outlet.hasRoom).toBe(false)
  clock.advance(1)
  expect(outlet.hasRoom).toBe(true)
})

test('the next checkpoint begins with a burst of its own', () => {
  const { clock, outlet, sent, wakes } = start()
  burst(outlet, 1)
  clock.advance(5)
  for (const _ of sent) outlet.arrived(null)
  expect(outlet.hasRoom).toBe(false)
  outlet.send(2, 7, readingsOf(outlet))
  expect(outlet.hasRoom).toBe(true)
  // The pause of the one before is over with it.
  clock.advance(1000)
  expect(wakes()).toBe(0)
})

test('an outlet that is closed wakes nobody', () => {
  const { clock, outlet, sent, wakes } = start()
  burst(outlet, 1)
  clock.advance(30)
  for (const _ of sent) outlet.arrived(null)
  outlet.close()
  clock.advance(1000)
  expect(wakes()).toBe(0)
})

test('a chunk that waits for rows goes as soon as there are none', () => {
  const { outlet } = start()
  expect(outlet.release()).toBe(false)
  burst(outlet, 1)
  expect(outlet.hasRoom).toBe(false)
  expect(outlet.release()).toBe(true)
  expect(outlet.hasRoom).toBe(true)
  outlet.send(1, 7, readingsOf(outlet))
  expect(outlet.hasRoom).toBe(false)
})

test('a checkpoint that takes long gives way to rows no more', () => {
  const { clock, outlet, sent } = start()
  burst(outlet, 1)
  for (const _ of sent.splice(1)) outlet.arrived(null)
  clock.advance(GIVES_WAY_MS - 1)
  expect(outlet.hasRoom).toBe(false)
  clock.advance(1)
  expect(outlet.hasRoom).toBe(true)
  // The next one does again.
  outlet.arrived(null)
  burst(outlet, 2)
  expect(outlet.hasRoom).toBe(false)
})

test('no more than four messages are on their way, however little rows wait', () => {
  const { outlet } = start()
  for (let count = 0; count < 4; count += 1) {
    expect(outlet.hasRoom).toBe(true)
    outlet.send(1, 7, chunkOf(outlet))
  }
  expect(outlet.hasRoom).toBe(false)
  outlet.arrived(null)
  expect(outlet.hasRoom).toBe(true)
})

test('the memory of a chunk that has arrived is that of the next', () => {
  const { outlet } = start()
  const first = chunkOf(outlet)
  outlet.send(1, 1, first)
  expect(outlet.allocate(CHUNK_BYTES).buffer).not.toBe(first.buffer)
  outlet.arrived(first.buffer)
  expect(outlet.allocate(CHUNK_BYTES).buffer).toBe(first.buffer)
})

test('a small state does not take the memory of a chunk along', () => {
  const { outlet, sent } = start()
  const state = chunkWith(outlet, noise(CHUNK_BYTES), 100)
  outlet.send(1, 1, state)
  const next = outlet.allocate(CHUNK_BYTES)
  expect(next.buffer).toBe(state.buffer)
  const before = state.slice()
  next.fill(0)
  outlet.flush()
  expect(sent[0]).toEqual(before)
  expect(sent[0]!.buffer.byteLength).toBe(100)
})

test('a chunk that shrinks waits for more, and its memory is that of the next at once', () => {
  const { outlet, sent } = start()
  const chunk = readingsOf(outlet)
  outlet.send(1, 1, chunk)
  expect(sent).toEqual([])
  expect(outlet.allocate(CHUNK_BYTES).buffer).toBe(chunk.buffer)
  outlet.flush()
  expect(sent[0]!.length).toBeLessThan(CHUNK_BYTES / 2)
})

test('chunks that shrink go together, in messages of less than half a megabyte', () => {
  const { outlet, sent } = start()
  const arrived: Uint8Array<ArrayBuffer>[] = []
  const node = nodeWith(outlet, readings(ENTRY_BYTES), () => {})
  node.acceptControl(0, { kind: 'barrier', checkpointId: 1 })
  while (node.call() || outlet.release()) {
    for (const message of sent.slice(arrived.length)) {
      arrived.push(message.slice())
      outlet.arrived(message.buffer)
    }
  }
  expect(keyHashesOf(sent)).toEqual(Array.from({ length: ENTRIES }, (_, index) => index))
  expect(sent.length).toBeLessThan((0.75 * ENTRIES * ENTRY_BYTES) / CHUNK_BYTES)
  for (const { length } of sent) expect(length).toBeLessThanOrEqual(480 * 1024)
})

test('what waits of one state goes before anything of another', () => {
  const { outlet, sent } = start()
  const posted: number[] = []
  const both = new BoundedOutlet({
    clock: createVirtualClock(),
    givesWayMs: GIVES_WAY_MS,
    send: (checkpointId, vertexId) => posted.push(checkpointId * 10 + vertexId),
    wake: () => {},
  })
  both.send(1, 1, readingsOf(outlet))
  both.send(1, 2, readingsOf(outlet))
  both.send(2, 2, readingsOf(outlet))
  both.send(2, 2, chunkOf(outlet))
  both.flush()
  expect(posted).toEqual([11, 12, 22, 22])
  expect(sent).toEqual([])
})
