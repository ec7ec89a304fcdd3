import { EngineError } from '../../../runtime/errors/index.ts'
import type { Clock, Disk, DiskFile, Timer } from '../../../runtime/host/index.ts'
import { ByteSink } from '../bytes/index.ts'
import type { Pending } from '../replication/index.ts'
import { segmentPath } from './segments.ts'

/** Appends records to the segments of a folder; what is written in one turn is synced together. */
export interface LogWriter {
  /** To be called before anything is written, with the number of the first segment. */
  begin(folder: string, firstSegment: number): void
  /** Where the next record is written; call `wrote` after each. */
  readonly sink: ByteSink
  /** The segment that the next record goes to. */
  readonly segment: number
  /** `isAwaited`: somebody acknowledges it, so it is synced as soon as can be. */
  wrote(isAwaited: boolean): void
  /** Settles the answer to a change once all records so far are synced. */
  wait(pending: Pending): void
  /** Syncs all records so far, and then calls back. */
  afterSync(callback: () => void): void
  /** Takes back what waits. */
  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void
  /** Whether more may be written now. */
  readonly hasRoom: boolean
  /** Something waits for a sync, or more is to be written than should be. */
  readonly isBehind: boolean
  /** Why nothing can be written now; undefined when all is well. */
  readonly failure: EngineError | undefined
  /** Writes and syncs what is there, and closes. */
  close(): Promise<void>
}

export interface LogWriterOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly segmentBytes: number
  /** What no answer waits for is synced after so long; undefined for never. */
  readonly syncIntervalMs: number | undefined
  readonly onSynced: (pending: Pending) => void
  /** It could not be synced: nobody can say whether the change lasts. */
  readonly onFailed: (pending: Pending) => void
  /** The state of the disk has changed; undefined when it is well again. */
  readonly onState: (failure: EngineError | undefined) => void
  /** A segment is full; it may still be waiting to be written. */
  readonly onFilled: (segment: number, sizeBytes: number) => void
}

/** What may wait for the disk; beyond it changes are refused. */
const WAITING_BYTES_MAX = 32 * 1024 * 1024
const RETRY_MS = 1000

/** Records that are written with one call. */
interface Batch {
  readonly segment: number
  readonly sink: ByteSink
  isAwaited: boolean
  pendings: Pending[]
  readonly callbacks: (() => void)[]
}

class SegmentWriter implements LogWriter {
  readonly #options: LogWriterOptions
  readonly #idle: ByteSink[] = []
  /** Oldest first; the last one is being filled. */
  readonly #batches: Batch[] = []
  #folder = ''
  #file: DiskFile | undefined
  #fileSegment = 0
  #fileBytes = 0
  /** Of the segment that is being filled, with what is not written yet. */
  #segmentBytes = 0
  #isPlanned = false
  #isRunning = false
  #isUnsynced = false
  #isClosing = false
  #timer: Timer | undefined
  #retry: Timer | undefined
  #ended = Promise.withResolvers<void>()
  failure: EngineError | undefined

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#batches.push(this.#newBatch(1))
  }

  begin(folder: string, firstSegment: number): void {
    this.#folder = folder
    this.#batches.length = 0
    this.#batches.push(this.#newBatch(firstSegment))
  }

  get sink(): ByteSink {
    return this.#last.sink
  }

  get segment(): number {
    return this.#last.segment
  }

  get hasRoom(): boolean {
    let waitingBytes = 0
    for (const { sink } of this.#batches) waitingBytes += sink.length
    return waitingBytes <= WAITING_BYTES_MAX
  }

  get isBehind(): boolean {
    if (this.failure !== undefined || !this.hasRoom) return true
    return this.#batches.some(({ isAwaited }) => isAwaited)
  }

  wrote(isAwaited: boolean): void {
    const { sink, segment } = this.#last
    this.#last.isAwaited ||= isAwaited
    const sizeBytes = this.#segmentBytes + sink.length
    if (sizeBytes >= this.#options.segmentBytes) {
      this.#segmentBytes = 0
      this.#batches.push(this.#newBatch(segment + 1))
      this.#options.onFilled(segment, sizeBytes)
    }
    this.#plan()
  }

  wait(pending: Pending): void {
    this.#last.pendings.push(pending)
    this.#last.isAwaited = true
    this.#plan()
  }

  afterSync(callback: () => void): void {
    this.#last.callbacks.push(callback)
    this.#last.isAwaited = true
    this.#plan()
  }

  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void {
    for (const batch of this.#batches) {
      const meant = batch.pendings.filter(isMeant)
      if (meant.length === 0) continue
      batch.pendings = batch.pendings.filter((pending) => !isMeant(pending))
      for (const pending of meant) release(pending)
    }
  }

  close(): Promise<void> {
    if (this.#isClosing) return this.#ended.promise
    this.#isClosing = true
    this.#timer?.cancel()
    this.#retry?.cancel()
    this.#retry = undefined
    if (!this.#isRunning) void this.#run()
    return this.#ended.promise
  }

  get #last(): Batch {
    return this.#batches.at(-1)!
  }

  #newBatch(segment: number): Batch {
    const sink = this.#idle.pop() ?? new ByteSink(64 * 1024)
    return { segment, sink, isAwaited: false, pendings: [], callbacks: [] }
  }

  /** At the end of this turn: all that comes until then goes with one write and one sync. */
  #plan(): void {
    if (this.#isPlanned || this.#isRunning || this.#isClosing) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      if (!this.#isRunning && this.#retry === undefined) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#hasWork()) {
      const batch = this.#batches[0]!
      if (batch === this.#last) {
        this.#segmentBytes += batch.sink.length
        this.#batches.push(this.#newBatch(batch.segment))
      }
      try {
        await this.#write(batch)
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        this.#fail(thrown)
        break
      }
      this.#wrote(batch)
    }
    this.#isRunning = false
    if (this.#isClosing) await this.#end()
  }

  #hasWork(): boolean {
    if (this.#batches.length > 1) return true
    return this.#last.sink.length > 0 || this.#last.isAwaited
  }

  async #write(batch: Batch): Promise<void> {
    const bytes = batch.sink.view()
    const file = await this.#fileFor(batch.segment)
    // A write that failed may have left a part.
    if (this.failure !== undefined) await file.truncate(this.#fileBytes)
    if (bytes.length > 0) await file.write(bytes)
    this.#isUnsynced ||= bytes.length > 0
    if (batch.isAwaited) await this.#sync(file)
    else if (this.#isUnsynced) this.#syncLater()
    this.#fileBytes += bytes.length
  }

  async #sync(file: DiskFile): Promise<void> {
    if (!this.#isUnsynced) return
    await file.sync()
    this.#isUnsynced = false
  }

  #syncLater(): void {
    const { clock, syncIntervalMs } = this.#options
    if (syncIntervalMs === undefined || this.#timer !== undefined) return
    this.#timer = clock.timer(syncIntervalMs, () => {
      this.#timer = undefined
      if (!this.#isClosing) this.afterSync(() => {})
    })
  }

  async #fileFor(segment: number): Promise<DiskFile> {
    if (this.#file !== undefined && this.#fileSegment === segment) return this.#file
    const { disk } = this.#options
    const folder = this.#folder
    if (this.#file !== undefined) {
      await this.#sync(this.#file)
      await this.#file.close()
      this.#file = undefined
    }
    const path = segmentPath(folder, segment)
    await disk.makeFolder(folder)
    const file = await disk.open(path, 'append')
    this.#file = file
    this.#fileSegment = segment
    this.#fileBytes = 0
    await disk.syncFolder(folder)
    return file
  }

  #wrote(batch: Batch): void {
    const { onSynced, onState } = this.#options
    this.#batches.shift()
    const { sink, pendings, callbacks } = batch
    sink.reset()
    if (this.#idle.length < 2) this.#idle.push(sink)
    if (this.failure !== undefined) {
      this.failure = undefined
      onState(undefined)
    }
    for (const pending of pendings) onSynced(pending)
    for (const callback of callbacks) callback()
  }

  /** The batch stays and is written again later. Who waits for an answer hears that it is in doubt. */
  #fail(failure: EngineError): void {
    const { clock, onFailed, onState } = this.#options
    if (this.failure?.code !== failure.code) onState(failure)
    this.failure = failure
    for (const batch of this.#batches) {
      const { pendings } = batch
      batch.pendings = []
      for (const pending of pendings) onFailed(pending)
    }
    if (this.#isClosing) return
    this.#retry = clock.timer(RETRY_MS, () => {
      this.#retry = undefined
      void this.#run()
    })
  }

  async #end(): Promise<void> {
    try {
      if (this.#file !== undefined && this.failure === undefined) await this.#sync(this.#file)
      await this.#file?.close()
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      this.#options.onState(thrown)
    }
    this.#file = undefined
    this.#ended.resolve()
  }
}

export const createLogWriter = (options: LogWriterOptions): LogWriter => new SegmentWriter(options)
