import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Timer } from '../../../runtime/host/index.ts'
import { ByteSink } from '../bytes/index.ts'
import type { Held } from '../replication/index.ts'
import type { LogWriter } from './logWriter.ts'
import { type Segment, segmentPath } from './segments.ts'

/**
 * Keeps a log short: when it has become much longer than what it stands for, all fragments are
 * written to it anew, some at a time, and the segments before them are removed.
 */
export interface Compactor {
  has(held: Held): boolean
  /** A fragment whose records begin in this segment. */
  add(held: Held, segment: number): void
  /** It is not written anew: its records stay where they are until it is removed. */
  pin(held: Held): void
  /** False where the log has nothing of it. */
  remove(held: Held): boolean
  /** Something else writes the fragment anew from here on … */
  restarted(held: Held): void
  /** … and has ended. */
  rebased(held: Held): void
  /** What was there when the writer began. */
  open(folder: string, segments: readonly Segment[]): void
  /** Nothing that is there may be removed before this. */
  start(): void
  /** A segment is full. */
  filled(segment: number, sizeBytes: number): void
  close(): void
}

export interface CompactorOptions {
  readonly host: Host
  readonly logBytesMin: number
  readonly writer: LogWriter
  readonly begin: (held: Held) => void
  readonly piece: (held: Held, effects: Uint8Array) => void
  readonly end: (held: Held) => void
  /** What is not needed any more could not be removed; it is tried again after the next copy. */
  readonly onFailed: (failure: EngineError) => void
}

/** How much longer than what it stands for it may become. */
const LENGTH_RATIO = 2
const PIECE_BYTES = 64 * 1024
const SLICE_MS = 1
const BETWEEN_SLICES_MS = 5

/** Where a fragment begins in the log. */
interface Place {
  segment: number
  /** Where it begins once the copy that is being written is there. */
  nextSegment: number | undefined
}

/** A copy that is being written. */
interface Job {
  readonly held: Held
  readonly fragment: Held['fragment']
  cursor: number
}

class LogCompactor implements Compactor {
  readonly #options: CompactorOptions
  readonly #places = new Map<Held, Place>()
  /** Those whose place must not change. */
  readonly #pinned = new Set<Held>()
  readonly #piece = new ByteSink()
  /** Bytes of the segments that are full, by number. */
  readonly #sizes = new Map<number, number>()
  #folder = ''
  #queue: Held[] = []
  #job: Job | undefined
  #isRunning = false
  #isStarted = false
  #isClosed = false
  /** What all fragments took when they were last written. */
  #copiedBytes = 0
  #timer: Timer | undefined

  constructor(options: CompactorOptions) {
    this.#options = options
  }

  open(folder: string, segments: readonly Segment[]): void {
    this.#folder = folder
    for (const { number, sizeBytes } of segments) this.#sizes.set(number, sizeBytes)
  }

  has(held: Held): boolean {
    return this.#places.has(held)
  }

  add(held: Held, segment: number): void {
    this.#places.set(held, { segment, nextSegment: undefined })
  }

  pin(held: Held): void {
    this.#pinned.add(held)
    const place = this.#places.get(held)
    if (place !== undefined) place.nextSegment = undefined
    if (this.#job?.held === held) this.#job = undefined
  }

  remove(held: Held): boolean {
    this.#pinned.delete(held)
    return this.#places.delete(held)
  }

  restarted(held: Held): void {
    const place = this.#places.get(held)
    if (place !== undefined) place.nextSegment = this.#options.writer.segment
    if (this.#job?.held === held) this.#job = undefined
  }

  rebased(held: Held): void {
    const place = this.#places.get(held)
    if (place === undefined || place.nextSegment === undefined) return
    place.segment = place.nextSegment
    place.nextSegment = undefined
  }

  start(): void {
    this.#isStarted = true
    for (const { fragment } of this.#places.keys()) this.#copiedBytes += fragment.sizes().bytes
    this.#look()
  }

  filled(segment: number, sizeBytes: number): void {
    this.#sizes.set(segment, sizeBytes)
    this.#look()
  }
  close(): void {
    this.#isClosed = true
    // What is dropped from now on leaves memory only.
    this.#places.clear()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    if (!this.#isStarted || this.#isRunning || this.#isClosed) return
    let logBytes = 0
    for (const sizeBytes of this.#sizes.values()) logBytes += sizeBytes
    if (logBytes <= this.#options.logBytesMin + LENGTH_RATIO * this.#copiedBytes) return
    this.#isRunning = true
    this.#copiedBytes = 0
    this.#queue = [...this.#places.keys()]
    this.#plan()
  }

  #plan(): void {
    const { clock } = this.#options.host
    this.#timer = clock.timer(BETWEEN_SLICES_MS, () => this.#slice())
  }

  #slice(): void {
    const { host, writer } = this.#options
    const { clock } = host
    const endMs = clock.monotonic() + SLICE_MS
    // What callers wait for goes first.
    while (writer.hasRoom && writer.failure === undefined && clock.monotonic() < endMs) {
      if (!this.#step()) {
        this.#finish()
        return
      }
    }
    this.#plan()
  }

  /** Writes the next piece; false when nothing is left. */
  #step(): boolean {
    const { begin, piece, end, writer } = this.#options
    const job = this.#current()
    if (job === undefined) return false
    const { held } = job
    if (job.cursor < 0) {
      this.#places.get(held)!.nextSegment = writer.segment
      begin(held)
      job.cursor = 0
    }
    this.#piece.reset()
    const next = held.fragment.copy(job.cursor, this.#piece, PIECE_BYTES)
    piece(held, this.#piece.view())
    writer.wrote(false)
    this.#copiedBytes += this.#piece.length
    if (next !== undefined) {
      job.cursor = next
      return true
    }
    end(held)
    writer.wrote(false)
    this.rebased(held)
    this.#job = undefined
    return true
  }

  #current(): Job | undefined {
    const job = this.#job
    if (job !== undefined && this.#isFit(job.held) && job.held.fragment === job.fragment) return job
    for (let held = this.#queue.pop(); held !== undefined; held = this.#queue.pop()) {
      if (!this.#isFit(held)) continue
      this.#job = { held, fragment: held.fragment, cursor: -1 }
      return this.#job
    }
    return undefined
  }

  /** A fragment that is being replaced is written anew by that. */
  #isFit(held: Held): boolean {
    const isFree = held.build === undefined && !held.isFilled && !this.#pinned.has(held)
    return isFree && this.#places.has(held)
  }

  #finish(): void {
    const { writer } = this.#options
    let oldest = writer.segment
    for (const { segment } of this.#places.values()) oldest = Math.min(oldest, segment)
    writer.afterSync(() => {
      this.#isRunning = false
      if (!this.#isClosed) void this.#removeBefore(oldest)
    })
  }

  async #removeBefore(oldest: number): Promise<void> {
    const { host, onFailed } = this.#options
    try {
      // From the oldest on: what a record undoes never outlives it.
      for (const number of [...this.#sizes.keys()].sort((left, right) => left - right)) {
        if (number >= oldest) break
        await host.disk.remove(segmentPath(this.#folder, number))
        this.#sizes.delete(number)
      }
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      onFailed(thrown)
    }
  }
}

export const createCompactor = (options: CompactorOptions): Compactor => new LogCompactor(options)
