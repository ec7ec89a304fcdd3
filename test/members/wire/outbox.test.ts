import { expect, test } from 'bun:test'
import { createRealHost, type Connection } from '../../../runtime/host/index.ts'
import { FRAME_KINDS } from '../../../members/wire/frames.ts'
import { DEFAULT_LIMITS } from '../../../members/wire/limits.ts'
import { createOutbox } from '../../../members/wire/outbox.ts'
import { pieceOf } from '../../../members/wire/index.ts'

const HEADER_BYTES = 9

const start = () => {
  const written: Uint8Array[] = []
  const write: Connection['write'] = (bytes) => {
    written.push(bytes.slice())
    return 0
  }
  const connection = { write } as unknown as Connection
  const { clock } = createRealHost()
  const outbox = createOutbox(clock, connection, DEFAULT_LIMITS, () => {})
  const add = (id: number, ...body: readonly number[]): void =>
    outbox.addParts(FRAME_KINDS.answer, id, new Uint8Array(0), pieceOf(new Uint8Array(body)))
  const bodies = () => written.map((bytes) => [...bytes.subarray(HEADER_BYTES)])
  return { outbox, add, written, bodies }
}

test('what is added in one turn is written together at its end', async () => {
  const { add, written, bodies } = start()
  for (const body of [1, 2, 3]) {
    add(1, body)
    expect(written.length).toBe(body - 1)
    await Promise.resolve()
  }
  expect(bodies()).toEqual([[1], [2], [3]])
  add(1, 4)
  add(2, 5, 6)
  await Promise.resolve()
  expect(written.length).toBe(4)
  expect(written[3]!.length).toBe(2 * HEADER_BYTES + 3)
})

test('what is added while it is held is written when it is let go, and nothing comes later', async () => {
  const { outbox, add, written, bodies } = start()
  outbox.hold()
  add(1, 7)
  await Promise.resolve()
  expect(written.length).toBe(0)
  outbox.flush()
  expect(bodies()).toEqual([[7]])
  await Promise.resolve()
  expect(written.length).toBe(1)
  add(1, 8)
  await Promise.resolve()
  expect(bodies()).toEqual([[7], [8]])
})

test('what is much is written at once, also while it is held', () => {
  const { outbox, add, written } = start()
  outbox.hold()
  add(1, ...new Uint8Array(70_000))
  expect(written.reduce((sum, { length }) => sum + length, 0)).toBe(HEADER_BYTES + 70_000)
})
