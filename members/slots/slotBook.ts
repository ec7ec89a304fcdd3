import type { HeldSlot, SlotOwner } from './directory.ts'

/** The slots of one worker: who holds them, and whom it obeys. */
export interface SlotBook {
  readonly held: readonly HeldSlot[]
  readonly lastSlotId: number
  /** The highest term of a master that was heard: what a lower one asks for is refused. */
  readonly epoch: number
}

export type SlotRequest =
  | { readonly kind: 'hold'; readonly epoch: number; readonly owners: readonly SlotOwner[] }
  | {
      readonly kind: 'release'
      readonly epoch: number
      readonly jobId: string
      readonly pipelineId: number
    }
  | { readonly kind: 'ask'; readonly epoch: number }

export interface SlotStep {
  readonly book: SlotBook
  /** The slots that were asked for; with `refused` none. */
  readonly slots: readonly HeldSlot[]
  readonly refused: string | undefined
}

export const createSlotBook = (): SlotBook => ({ held: [], lastSlotId: 0, epoch: 0 })

/**
 * Does what a master asks for; `room` is how many more slots there may be. All the slots of a request
 * are given or none. Who holds a slot already keeps it: a request may come twice.
 */
export const stepSlots = (book: SlotBook, request: SlotRequest, room: number): SlotStep => {
  if (request.epoch < book.epoch) {
    const refused = `A master of term ${book.epoch} is obeyed, not one of term ${request.epoch}.`
    return { book, slots: [], refused }
  }
  const current = { ...book, epoch: request.epoch }
  switch (request.kind) {
    case 'ask':
      return { book: current, slots: [], refused: undefined }
    case 'release': {
      const { jobId, pipelineId } = request
      return { book: withoutPipeline(current, jobId, pipelineId), slots: [], refused: undefined }
    }
    case 'hold':
      return hold(current, request.owners, room)
    default:
      return request satisfies never
  }
}

/** What a pipeline held is free again: its tasks are gone. */
export const withoutPipeline = (book: SlotBook, jobId: string, pipelineId: number): SlotBook => ({
  ...book,
  held: book.held.filter((slot) => slot.jobId !== jobId || slot.pipelineId !== pipelineId),
})

const hold = (book: SlotBook, owners: readonly SlotOwner[], room: number): SlotStep => {
  const { epoch } = book
  const kept = book.held.filter((slot) => !owners.some((owner) => isOwner(slot, owner)))
  const needed = owners.length - (book.held.length - kept.length)
  if (needed > room) {
    const refused = `${needed} more slots were asked for, ${Math.max(0, room)} are free.`
    return { book, slots: [], refused }
  }
  let { lastSlotId } = book
  const slots = owners.map(({ jobId, pipelineId, task }) => {
    const before = book.held.find((slot) => isOwner(slot, { jobId, pipelineId, task }))
    if (before === undefined) lastSlotId += 1
    return { jobId, pipelineId, task, slotId: before?.slotId ?? lastSlotId, epoch }
  })
  return { book: { held: [...kept, ...slots], lastSlotId, epoch }, slots, refused: undefined }
}

const isOwner = (slot: SlotOwner, { jobId, pipelineId, task }: SlotOwner): boolean =>
  slot.jobId === jobId && slot.pipelineId === pipelineId && slot.task === task
