import { expect, test } from 'bun:test'
import {
  createSlotBook,
  stepSlots,
  withoutPipeline,
  type SlotRequest,
} from '../../../members/slots/slotBook.ts'

const hold = (epoch: number, jobId: string, ...tasks: readonly string[]): SlotRequest => ({
  kind: 'hold',
  epoch,
  owners: tasks.map((task) => ({ jobId, pipelineId: 1, task })),
})

test('all the slots of a request are given, or none', () => {
  const first = stepSlots(createSlotBook(), hold(1, 'a', 'group 0', 'group 1'), 2)
  expect(first.slots.map(({ slotId }) => slotId)).toEqual([1, 2])
  const second = stepSlots(first.book, hold(1, 'b', 'group 0', 'group 1'), 1)
  expect(second.slots).toEqual([])
  expect(second.refused).toBe('2 more slots were asked for, 1 are free.')
  expect(second.book.held).toEqual(first.book.held)
})

test('who has a slot keeps it when it asks again', () => {
  const first = stepSlots(createSlotBook(), hold(1, 'a', 'group 0'), 2)
  const again = stepSlots(first.book, hold(2, 'a', 'group 0', 'group 1'), 1)
  expect(again.slots.map(({ slotId, epoch }) => [slotId, epoch])).toEqual([
    [1, 2],
    [2, 2],
  ])
  expect(again.book.held).toHaveLength(2)
})

test('a master of an older term is refused, whatever it asks for', () => {
  const { book } = stepSlots(createSlotBook(), hold(5, 'a', 'group 0'), 2)
  const requests: SlotRequest[] = [
    hold(4, 'b', 'group 0'),
    { kind: 'release', epoch: 4, jobId: 'a', pipelineId: 1 },
    { kind: 'ask', epoch: 4 },
  ]
  for (const request of requests) {
    const step = stepSlots(book, request, 2)
    expect(step.refused).toBe('A master of term 5 is obeyed, not one of term 4.')
    expect(step.book).toEqual(book)
  }
})

test('a release frees what the pipeline held, and its ids are not used again', () => {
  const first = stepSlots(createSlotBook(), hold(1, 'a', 'group 0'), 2)
  const other = stepSlots(first.book, hold(1, 'b', 'group 0'), 1)
  const release: SlotRequest = { kind: 'release', epoch: 1, jobId: 'a', pipelineId: 1 }
  const freed = stepSlots(other.book, release, 0)
  expect(freed.book.held.map(({ jobId }) => jobId)).toEqual(['b'])
  expect(withoutPipeline(freed.book, 'b', 1).held).toEqual([])
  expect(stepSlots(freed.book, hold(1, 'c', 'group 0'), 1).slots[0]!.slotId).toBe(3)
})
