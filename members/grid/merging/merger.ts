import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Clock } from '../../../runtime/host/index.ts'
import type { Member, MemberEvent } from '../../member/index.ts'
import { ByteSink } from '../bytes/index.ts'
import { type GridInvoker, MERGE_OPERATION, writeMergeHead } from '../operations/index.ts'
import type { KeptAside } from '../persistence/index.ts'
import type { Registry } from '../replication/index.ts'
import { type AsideFragment, asideOf, setAside } from './aside.ts'

/** How the data of this member becomes part of the cluster that it has joined. */
export type MergeEvent =
  /** It begins to send what it had in the cluster that was given up. */
  | { readonly kind: 'merging'; readonly fragments: number; readonly entries: number }
  /** All is sent; `taken` entries were taken, by the policies. */
  | { readonly kind: 'merged'; readonly entries: number; readonly taken: number }
  /** A part of a structure was not taken, for a reason that trying again does not mend. */
  | {
      readonly kind: 'failed'
      readonly service: string
      readonly name: string
      readonly reason: string
    }

/** Brings the data of a side that gives way to the other one. */
export interface Merger {
  /** Whether data waits to be merged. */
  isMerging(): boolean
  /** Returns how to stop it. */
  onMerge(listener: (event: MergeEvent) => void): () => void
  /** Merges what an earlier life of this member has set aside. */
  resume(asides: readonly KeptAside[]): void
  /** Gives up what was not merged. */
  close(): void
}

export interface MergerOptions {
  readonly clock: Clock
  readonly member: Member
  readonly registry: Registry
  readonly invoker: () => Pick<GridInvoker, 'invoke'>
}

/** What the batches of all fragments that are sent at once hold in memory stays small. */
const BATCH_BYTES = 256 * 1024
/** Fragments that are sent at the same time. */
const AT_ONCE = 16
/** The cluster does not serve: it is asked again after so long. */
const PAUSE_MS = 1000

class DataMerger implements Merger {
  readonly #options: MergerOptions
  readonly #listeners = new Set<(event: MergeEvent) => void>()
  readonly #stop: () => void
  readonly #closing = new AbortController()
  #aside: AsideFragment[] = []
  #memberIds: ReadonlySet<string> = new Set()
  /** With split-brain protection a side that gives way has acknowledged nothing meanwhile. */
  #isProtected = false
  /** This cluster gives way to another one: the policies count. */
  #givesWay = false
  #isRunning = false

  constructor(options: MergerOptions) {
    this.#options = options
    const { member } = options
    if (member.view() !== undefined) this.#onView()
    this.#stop = member.onEvent((event) => this.#onEvent(event))
  }

  isMerging(): boolean {
    return this.#isRunning || this.#aside.length > 0
  }

  onMerge(listener: (event: MergeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  resume(asides: readonly KeptAside[]): void {
    for (const { held, rescueVersion } of asides) {
      const aside = asideOf(held, rescueVersion)
      if (aside !== undefined) this.#aside.push(aside)
      else {
        held.named.keeper?.merged(held)
        held.fragment.close()
      }
    }
    this.#runIfDue()
  }

  close(): void {
    this.#stop()
    this.#closing.abort(new EngineError('GRD-001', 'This member is closing'))
    for (const { fragment } of this.#aside) fragment.close()
    this.#aside = []
  }

  #onEvent(event: MemberEvent): void {
    if (event.kind === 'merging') this.#givesWay = true
    else if (event.kind === 'reset') this.#onReset()
    else if (event.kind === 'changed') {
      this.#onView()
      this.#runIfDue()
    }
  }

  #runIfDue(): void {
    if (this.#aside.length > 0 && !this.#isRunning) void this.#run()
  }

  #onView(): void {
    const { member } = this.#options
    this.#memberIds = new Set(member.members().map(({ id }) => id))
    this.#isProtected = member.safeUntilMs() !== Infinity
  }

  /** This member forgets all it has: what is set aside now is not dropped with it. */
  #onReset(): void {
    const { registry, member } = this.#options
    const taken = setAside({
      registry,
      selfId: member.self.id,
      memberIds: this.#memberIds,
      isRescue: this.#isProtected || !this.#givesWay,
    })
    this.#givesWay = false
    this.#aside.push(...taken)
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const entries = this.#aside.reduce((sum, { fragment }) => sum + fragment.sizes().entries, 0)
    this.#tell({ kind: 'merging', fragments: this.#aside.length, entries })
    const counts = await Promise.all(Array.from({ length: AT_ONCE }, () => this.#mergeSome()))
    this.#isRunning = false
    if (this.#closing.signal.aborted) return
    this.#tell({ kind: 'merged', entries, taken: counts.reduce((sum, count) => sum + count, 0) })
  }

  async #mergeSome(): Promise<number> {
    let taken = 0
    for (let aside = this.#aside.pop(); aside !== undefined; aside = this.#aside.pop()) {
      taken += await this.#mergeFragment(aside)
      if (!this.#closing.signal.aborted) aside.done()
      aside.fragment.close()
    }
    return taken
  }

  /** Returns how many entries were taken. */
  async #mergeFragment(aside: AsideFragment): Promise<number> {
    const { merging, rescueVersion } = aside
    const sink = new ByteSink()
    let taken = 0
    let cursor: number | undefined = 0
    do {
      const isFirst = cursor === 0
      sink.reset()
      writeMergeHead(sink, { rescueVersion, isFirst })
      cursor = merging.write(cursor, sink, BATCH_BYTES)
      // A whole that came in one batch is there, or is not: it may come twice.
      const isIdempotent = !merging.isWhole || (isFirst && cursor === undefined)
      const answer = await this.#send(aside, sink.copy(), isIdempotent)
      taken += answer.taken
      if (!answer.isMoreWanted) break
    } while (cursor !== undefined)
    return taken
  }

  async #send(
    aside: AsideFragment,
    batch: Uint8Array,
    isIdempotent: boolean,
  ): Promise<{ readonly taken: number; readonly isMoreWanted: boolean }> {
    const { signal } = this.#closing
    const { serviceId, service, name, partition } = aside
    while (!signal.aborted) {
      try {
        const answer = await this.#options.invoker().invoke({
          serviceId,
          operation: MERGE_OPERATION,
          name,
          partition,
          arguments: batch,
          isIdempotent,
          signal,
        })
        return { taken: answer.u32(), isMoreWanted: answer.flag() }
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        if (thrown.retry === 'backoff') await this.#pause()
        else if (!signal.aborted) {
          this.#tell({ kind: 'failed', service, name, reason: messageOf(thrown) })
          return { taken: 0, isMoreWanted: !aside.merging.isWhole }
        }
      }
    }
    return { taken: 0, isMoreWanted: false }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { signal } = this.#closing
    const timer = this.#options.clock.timer(PAUSE_MS, resolve)
    signal.addEventListener('abort', () => {
      timer.cancel()
      resolve()
    })
    return promise
  }

  #tell(event: MergeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

/** Has to be made before whatever drops the data of a member that joins anew. */
export const createMerger = (options: MergerOptions): Merger => new DataMerger(options)
