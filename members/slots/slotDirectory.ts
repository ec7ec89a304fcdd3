import { messageOf } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import { allocate, candidatesOf, explainLack, type Placement } from './allocation.ts'
import type {
  SlotAnswer,
  SlotAssignment,
  SlotDemand,
  SlotDirectory,
  SlotLack,
  SlotOwner,
  WorkerSlots,
} from './directory.ts'
import {
  decodeSlots,
  encodeSlots,
  SLOT_KINDS,
  type ProfileMessage,
  type SlotReply,
} from './messages.ts'
import type { SlotRequest } from './slotBook.ts'
import type { SlotService } from './slotService.ts'

/** How long a worker may take to answer; it is asked again, as long as it is in the cluster. */
const ANSWER_MS = 5000
const RETRY_MS = 500
/** How often a demand is placed anew when a worker refused what it seemed to have. */
const ROUNDS_MAX = 3

export interface SlotDirectoryOptions {
  readonly host: Host
  readonly member: Member
  /** The slots of this member; undefined where it runs no tasks. */
  readonly own: SlotService | undefined
}

interface Refusal {
  readonly owners: readonly SlotOwner[]
  readonly message: string
}

/** Knows the slots of all workers while this member is the active master. */
export const createSlotDirectory = (options: SlotDirectoryOptions): SlotDirectory => {
  const directory = new Directory(options)
  return {
    ready: () => directory.ready(),
    workers: () => directory.workers(),
    heldBy: (jobId, pipelineId) => directory.heldBy(jobId, pipelineId),
    request: (demand) => directory.request(demand),
    release: (jobId, pipelineId) => directory.release(jobId, pipelineId),
    onFreed: (listener) => directory.onFreed(listener),
    close: () => directory.close(),
  }
}

class Directory {
  readonly #options: SlotDirectoryOptions
  readonly #profiles = new Map<string, WorkerSlots>()
  readonly #listeners = new Set<() => void>()
  readonly #stopListening: () => void
  /** The term for which the workers have been asked. */
  #epoch = 0
  readonly #asked = new Set<string>()
  #waiting: (() => void)[] = []
  /** One demand after the other: two would see the same slots free. */
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: SlotDirectoryOptions) {
    this.#options = options
    const { member } = options
    member.messenger.onMessage(SLOT_KINDS.profile, (_from, body) => {
      const { epoch, profile } = decodeSlots(body) as ProfileMessage
      if (epoch === this.#epoch) this.#learn(profile)
    })
    this.#stopListening = member.onEvent(() => this.#viewChanged())
    this.#viewChanged()
  }

  async ready(): Promise<void> {
    while (!this.#isComplete()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  workers(): WorkerSlots[] {
    const { own, member } = this.#options
    const others = [...this.#profiles.values()]
    return own === undefined || !member.isActiveMaster() ? others : [own.profile(), ...others]
  }

  heldBy(jobId: string, pipelineId: number): SlotAssignment[] {
    return this.workers().flatMap(({ memberId, held }) =>
      held
        .filter((slot) => slot.jobId === jobId && slot.pipelineId === pipelineId)
        .map(({ task, slotId }) => ({ owner: { jobId, pipelineId, task }, memberId, slotId })),
    )
  }

  request(demand: SlotDemand): Promise<SlotAnswer> {
    const answer = this.#turn.then(() => this.#assign(demand))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  release(jobId: string, pipelineId: number): void {
    for (const memberId of new Set(this.heldBy(jobId, pipelineId).map((slot) => slot.memberId))) {
      void this.#releaseOn(memberId, jobId, pipelineId)
    }
  }

  onFreed(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#isClosed = true
    this.#stopListening()
    this.#wake()
  }

  #viewChanged(): void {
    const { member } = this.#options
    if (!member.isActiveMaster()) {
      this.#epoch = 0
      this.#profiles.clear()
      this.#asked.clear()
      this.#wake()
      return
    }
    if (member.epoch() !== this.#epoch) {
      this.#epoch = member.epoch()
      this.#profiles.clear()
      this.#asked.clear()
    }
    const present = new Set(this.#others().map(({ id }) => id))
    for (const id of this.#profiles.keys()) if (!present.has(id)) this.#profiles.delete(id)
    for (const id of present) {
      if (this.#asked.has(id)) continue
      this.#asked.add(id)
      void this.#ask(id, this.#epoch)
    }
    this.#wake()
  }

  /** The workers besides this member. */
  #others() {
    const { member } = this.#options
    return member.members().filter(({ id, role }) => role !== 'master' && id !== member.self.id)
  }

  #isComplete(): boolean {
    return this.#epoch === 0 || this.#others().every(({ id }) => this.#profiles.has(id))
  }

  #wake(): void {
    if (!this.#isClosed && !this.#isComplete()) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #learn(profile: WorkerSlots): void {
    const before = this.#profiles.get(profile.memberId)
    this.#profiles.set(profile.memberId, profile)
    this.#wake()
    if (profile.freeSlots <= (before?.freeSlots ?? 0)) return
    for (const listener of this.#listeners) listener()
  }

  async #ask(memberId: string, epoch: number): Promise<void> {
    while (this.#isPresent(memberId, epoch) && !this.#profiles.has(memberId)) {
      try {
        await this.#tell(memberId, { kind: 'ask', epoch })
      } catch {
        // Not reached: it leaves the cluster, or the next time is better.
        await this.#options.host.clock.sleep(RETRY_MS)
      }
    }
  }

  async #releaseOn(memberId: string, jobId: string, pipelineId: number): Promise<void> {
    const epoch = this.#epoch
    for (;;) {
      try {
        await this.#tell(memberId, { kind: 'release', epoch, jobId, pipelineId })
        return
      } catch {
        await this.#options.host.clock.sleep(RETRY_MS)
        if (!this.#isPresent(memberId, epoch)) return
      }
    }
  }

  #isPresent(memberId: string, epoch: number): boolean {
    return (
      !this.#isClosed && epoch === this.#epoch && this.#others().some(({ id }) => id === memberId)
    )
  }

  /** Rejects when the worker does not answer. */
  async #tell(memberId: string, request: SlotRequest): Promise<SlotReply> {
    const { member, own } = this.#options
    if (memberId === member.self.id && own !== undefined) {
      const reply = own.answer(request)
      if (request.kind === 'release') for (const listener of this.#listeners) listener()
      return reply
    }
    const record = this.#others().find(({ id }) => id === memberId)
    if (record === undefined) throw new Error('The worker has left the cluster.')
    const body = await member.messenger.request(
      record.address,
      SLOT_KINDS.request,
      encodeSlots(request),
      { timeoutMs: ANSWER_MS },
    )
    const reply = decodeSlots(body) as SlotReply
    if (request.epoch === this.#epoch) this.#learn(reply.profile)
    return reply
  }

  async #assign(demand: SlotDemand): Promise<SlotAnswer> {
    const { host } = this.#options
    const random = (): number => host.random.next()
    let refusals: Refusal[] = []
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const placements = allocate(demand, this.workers(), random)
      if (placements.length < demand.owners.length) {
        return this.#lacking(demand, explainLack(demand, this.workers(), placements.length))
      }
      const held = await this.#hold(placements)
      if (held.refusals.length === 0) return { kind: 'assigned', slots: held.slots }
      for (const { owner, memberId } of placements) {
        void this.#releaseOn(memberId, owner.jobId, owner.pipelineId)
      }
      refusals = held.refusals
    }
    const lacking = refusals.flatMap(({ owners, message }) =>
      owners.map((owner): SlotLack => ({ owner, reason: 'REQUEST_FAILED', message })),
    )
    return this.#lacking(demand, lacking)
  }

  #lacking(demand: SlotDemand, lacking: readonly SlotLack[]): SlotAnswer {
    const own = new Set(demand.owners.map(({ jobId }) => jobId))
    const holders = candidatesOf(this.workers(), demand.tagFilter).flatMap(({ held }) =>
      held.map(({ jobId }) => jobId),
    )
    return {
      kind: 'lacking',
      possible: demand.owners.length - lacking.length,
      lacking,
      blockingJobIds: [...new Set(holders)].filter((jobId) => !own.has(jobId)),
    }
  }

  async #hold(placements: readonly Placement[]): Promise<{
    readonly slots: readonly SlotAssignment[]
    readonly refusals: Refusal[]
  }> {
    const epoch = this.#epoch
    const memberIds = [...new Set(placements.map(({ memberId }) => memberId))]
    const slots: SlotAssignment[] = []
    const refusals: Refusal[] = []
    await Promise.all(
      memberIds.map(async (memberId) => {
        const owners = placements.flatMap((each) =>
          each.memberId === memberId ? [each.owner] : [],
        )
        try {
          const reply = await this.#tell(memberId, { kind: 'hold', epoch, owners })
          if (reply.refused !== undefined) refusals.push({ owners, message: reply.refused })
          for (const { slotId, jobId, pipelineId, task } of reply.slots) {
            slots.push({ owner: { jobId, pipelineId, task }, memberId, slotId })
          }
        } catch (thrown) {
          refusals.push({ owners, message: `The worker does not answer: ${messageOf(thrown)}` })
        }
      }),
    )
    return { slots, refusals }
  }
}
