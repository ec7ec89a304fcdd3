import type {
  AllocationStrategy,
  SlotAnswer,
  SlotDirectory,
  SlotOwner,
} from '../../members/slots/index.ts'
import type { Host, Timer } from '../../runtime/host/index.ts'
import type { TaskName } from '../workers/index.ts'
import type { Failure, Places } from './machine/state.ts'

/** A waiting job is looked at again after so long at the latest. */
const CHECK_INTERVAL_MS = 3_000

export interface WaitingPipeline {
  readonly pipelineId: number
  readonly name: string
  readonly tasks: readonly TaskName[]
}

/** Slots for some pipelines of a job: all of them, or none. */
export interface SlotRequest {
  readonly jobId: string
  readonly jobName: string
  /** Only what is submitted is ever rejected: what has run waits until there is room again. */
  readonly source: 'SUBMIT' | 'RESTORE'
  readonly pipelines: readonly WaitingPipeline[]
  readonly tagFilter: { readonly [tag: string]: string }
  /** Why it must not run now, whatever room there is; undefined when it may. */
  readonly heldBack: () => string | undefined
  readonly onPlaced: (pipelines: { readonly [pipelineId: number]: Places }) => void
  readonly onRejected: (failure: Failure) => void
}

/** A request that waits, and why. */
export interface Waiting {
  readonly request: SlotRequest
  readonly enqueuedAtMs: number
  readonly checkedAtMs: number
  readonly checkCount: number
  readonly heldBack: string | undefined
  readonly lack: Extract<SlotAnswer, { readonly kind: 'lacking' }> | undefined
}

export interface SchedulerOptions {
  readonly host: Host
  readonly directory: SlotDirectory
  readonly strategy: AllocationStrategy
  /** `job-schedule-strategy`; honoured with dynamic slots too. */
  readonly onLack: 'WAIT' | 'REJECT'
}

/**
 * Finds slots for jobs in the order in which they came. One that does not fit waits, or is rejected,
 * and holds up none behind it.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #stopListening: () => void
  #waiting: Waiting[] = []
  #timer: Timer | undefined
  #isChecking = false
  #isDue = false
  #isClosed = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#stopListening = options.directory.onFreed(() => this.check())
  }

  enqueue(request: SlotRequest): void {
    const nowMs = this.#options.host.clock.now()
    this.#waiting.push({
      request,
      enqueuedAtMs: nowMs,
      checkedAtMs: nowMs,
      checkCount: 0,
      heldBack: undefined,
      lack: undefined,
    })
    this.check()
  }

  /** Forgets what a job waits for. */
  withdraw(jobId: string): void {
    this.#waiting = this.#waiting.filter(({ request }) => request.jobId !== jobId)
  }

  /** What waits, the oldest first. */
  waiting(): readonly Waiting[] {
    return this.#waiting
  }

  /** Looks at all that waits, soon. */
  check(): void {
    this.#isDue = true
    if (!this.#isChecking && !this.#isClosed) void this.#checkAll()
  }

  close(): void {
    this.#isClosed = true
    this.#waiting = []
    this.#timer?.cancel()
    this.#stopListening()
  }

  async #checkAll(): Promise<void> {
    const { clock } = this.#options.host
    this.#isChecking = true
    this.#timer?.cancel()
    await this.#options.directory.ready()
    while (this.#isDue && !this.#isClosed) {
      this.#isDue = false
      for (const waiting of this.#waiting) await this.#checkOne(waiting.request)
    }
    this.#isChecking = false
    if (this.#waiting.length === 0 || this.#isClosed) return
    this.#timer = clock.timer(CHECK_INTERVAL_MS, () => this.check())
  }

  async #checkOne(request: SlotRequest): Promise<void> {
    const { directory, strategy, onLack } = this.#options
    if (!this.#isWaiting(request)) return
    const heldBack = request.heldBack()
    if (heldBack !== undefined) {
      this.#note(request, { heldBack, lack: undefined })
      return
    }
    const owners = request.pipelines.flatMap(({ pipelineId, tasks }) =>
      tasks.map((task): SlotOwner => ({ jobId: request.jobId, pipelineId, task })),
    )
    const { tagFilter } = request
    const answer = await directory.request({ owners, tagFilter, strategy })
    const isWanted = this.#isWaiting(request)
    if (answer.kind === 'assigned') {
      if (!isWanted) {
        for (const { pipelineId } of request.pipelines) directory.release(request.jobId, pipelineId)
        return
      }
      this.#drop(request)
      request.onPlaced(placesOf(answer))
    } else if (isWanted) {
      if (onLack === 'WAIT' || request.source === 'RESTORE') {
        this.#note(request, { heldBack: undefined, lack: answer })
        return
      }
      this.#drop(request)
      request.onRejected(rejection(answer, owners.length))
    }
  }

  #isWaiting(request: SlotRequest): boolean {
    return this.#waiting.some((each) => each.request === request)
  }

  #drop(request: SlotRequest): void {
    this.#waiting = this.#waiting.filter((each) => each.request !== request)
  }

  #note(request: SlotRequest, found: Pick<Waiting, 'heldBack' | 'lack'>): void {
    const checkedAtMs = this.#options.host.clock.now()
    this.#waiting = this.#waiting.map((each) =>
      each.request === request
        ? { ...each, ...found, checkedAtMs, checkCount: each.checkCount + 1 }
        : each,
    )
  }
}

const placesOf = ({
  slots,
}: Extract<SlotAnswer, { readonly kind: 'assigned' }>): {
  readonly [pipelineId: number]: Places
} => {
  const places: { [pipelineId: number]: { [task: string]: string } } = {}
  for (const { owner, memberId } of slots) {
    const pipeline = (places[owner.pipelineId] ??= {})
    pipeline[owner.task] = memberId
  }
  return places
}

const rejection = (
  { lacking }: Extract<SlotAnswer, { readonly kind: 'lacking' }>,
  needed: number,
): Failure => ({
  code: 'JOB-007',
  message: `The job needs ${needed} slots and there is no room for ${lacking.length} of them: ${lacking[0]?.message ?? 'no worker answered'}`,
})
