import type { Host, Timer } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import type { Tags, WorkerSlots } from './directory.ts'
import { createLoads, type Loads } from './loads.ts'
import { decodeSlots, encodeSlots, SLOT_KINDS, type SlotReply } from './messages.ts'
import {
  createSlotBook,
  stepSlots,
  withoutPipeline,
  type SlotBook,
  type SlotRequest,
} from './slotBook.ts'

/** How often the load is looked at and told, in milliseconds. */
const SAMPLE_MS = 5000
/** Slots for each processor where `slot-num` is not configured. */
const SLOTS_PER_PROCESSOR = 2
/** What an isolate with a small task takes; a dynamic member has so many slots as fit its memory. */
const SLOT_BYTES = 4 * 1024 * 1024
/** Where no limit is configured: this share of the machine's memory. */
const DEFAULT_MEMORY_SHARE = 0.8
/** A slot that was given this short ago may not have taken its memory yet. */
const SETTLING_MS = 5000

export interface SlotSettings {
  /** `slot-service.dynamic-slot` */
  readonly dynamic: boolean
  /** `slot-service.slot-num`; twice the processors unless given. */
  readonly slotCount: number | undefined
  /** What this process may hold; undefined or 0 for most of the machine's memory. */
  readonly memoryLimitBytes: number | undefined
  /** From `member-attributes`. */
  readonly tags: Tags
}

/** The slots of a worker. */
export interface SlotService {
  profile(): WorkerSlots
  /** Does what a master asks for; that on this member asks directly. */
  answer(request: SlotRequest): SlotReply
  /** Requests for slots that were refused so far. */
  refusals(): number
  /** Replaces all tags, at once and until the member ends. */
  updateTags(tags: Tags): void
  /** The tasks of a pipeline are gone from this member. */
  pipelineEnded(jobId: string, pipelineId: number): void
  close(): void
}

export interface SlotServiceOptions {
  readonly host: Host
  readonly member: Member
  readonly settings: SlotSettings
}

interface State {
  readonly options: SlotServiceOptions
  readonly loads: Loads
  book: SlotBook
  tags: Tags
  refusals: number
  /** When slots were given lately, and how many. */
  given: readonly { readonly atMs: number; readonly count: number }[]
}

/** Gives slots of this worker to the active master, and tells it what there is. */
export const startSlotService = (options: SlotServiceOptions): SlotService => {
  const { host, member, settings } = options
  const state: State = {
    options,
    loads: createLoads(host),
    book: createSlotBook(),
    tags: settings.tags,
    refusals: 0,
    given: [],
  }
  member.messenger.onRequest(SLOT_KINDS.request, ({ body }) =>
    encodeSlots(answer(state, decodeSlots(body) as SlotRequest)),
  )
  const stopListening = member.onEvent((event) => {
    if (event.kind === 'changed') tell(state)
    // The tasks of a member that joins anew are ended.
    if (event.kind === 'reset' || event.kind === 'merging') state.book = createSlotBook()
  })
  let timer: Timer
  const look = (): void => {
    state.loads.sample()
    tell(state)
    timer = host.clock.timer(SAMPLE_MS, look)
  }
  look()
  return {
    profile: () => profileOf(state),
    answer: (request) => answer(state, request),
    refusals: () => state.refusals,
    updateTags: (tags) => {
      state.tags = tags
      tell(state)
    },
    pipelineEnded: (jobId, pipelineId) => {
      state.book = withoutPipeline(state.book, jobId, pipelineId)
      tell(state)
    },
    close: () => {
      stopListening()
      timer.cancel()
    },
  }
}

const answer = (state: State, request: SlotRequest): SlotReply => {
  const step = stepSlots(state.book, request, roomOf(state))
  const count = step.book.held.length - state.book.held.length
  state.book = step.book
  const atMs = state.options.host.clock.monotonic()
  if (count > 0) state.given = [...recent(state), { atMs, count }]
  const { slots, refused } = step
  if (refused !== undefined && request.kind === 'hold') state.refusals += 1
  return { profile: profileOf(state), slots, ...(refused === undefined ? {} : { refused }) }
}

const recent = ({ given, options }: State): State['given'] => {
  const nowMs = options.host.clock.monotonic()
  return given.filter(({ atMs }) => nowMs - atMs < SETTLING_MS)
}

/** How many more slots there may be. */
const roomOf = (state: State): number => {
  const { host, settings } = state.options
  const held = state.book.held.length
  if (!settings.dynamic) return Math.max(0, fixedCount(state) - held)
  const { memory } = host
  const limitBytes = settings.memoryLimitBytes || memory.machine().totalBytes * DEFAULT_MEMORY_SHARE
  const settling = recent(state).reduce((sum, { count }) => sum + count, 0)
  const freeBytes = limitBytes - memory.usedBytes() - settling * SLOT_BYTES
  return Math.max(0, Math.floor(freeBytes / SLOT_BYTES))
}

const fixedCount = ({ options }: State): number =>
  options.settings.slotCount ?? SLOTS_PER_PROCESSOR * options.host.processors.count

const profileOf = (state: State): WorkerSlots => {
  const { member, settings } = state.options
  const { held } = state.book
  const room = roomOf(state)
  return {
    memberId: member.self.id,
    address: member.self.address,
    tags: state.tags,
    dynamic: settings.dynamic,
    totalSlots: held.length + room,
    freeSlots: room,
    held,
    loads: state.loads.all(),
  }
}

const tell = (state: State): void => {
  const { member } = state.options
  const master = member.activeMaster()
  if (master === undefined || master.id === member.self.id) return
  const message = encodeSlots({ epoch: member.epoch(), profile: profileOf(state) })
  member.messenger.send(master.address, SLOT_KINDS.profile, message)
}
