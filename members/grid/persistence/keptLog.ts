import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Random } from '../../../runtime/host/index.ts'
import type { Held, Keeper, Partition, Pending } from '../replication/index.ts'
import type { FsyncPolicy } from '../settings.ts'
import { type Compactor, createCompactor } from './compactor.ts'
import { createLogWriter, type LogWriter } from './logWriter.ts'
import {
  beginRecord,
  endRecord,
  RECORDS,
  type RowRecord,
  writeAsideMark,
  writeFragmentName,
  writeFragmentState,
  writeRowRecord,
} from './records.ts'
import type { LoadedAside } from './loadLog.ts'
import type { LogSizes, Segment } from './segments.ts'

/** Fragments that are kept in one folder. */
export interface KeptLog {
  keeper(fsync: FsyncPolicy): Keeper
  /** Holds on to what is set aside since an earlier life; the fragment is `held` by nobody else. */
  resumeAside(held: Held, aside: LoadedAside): void
  /** Where it is, and what is there already, oldest first; called before anything is written. */
  open(folder: string, segments: readonly Segment[]): void
  rowChanged(partition: Partition): void
  compared(partition: Partition, isEqual: boolean): void
  /** Nothing of an earlier life waits to be taken: what is not needed may be removed. */
  settled(): void
  readonly writer: LogWriter
  close(): Promise<void>
}

export interface KeptLogOptions {
  readonly host: Host
  readonly sizes: LogSizes
  readonly fsyncIntervalMs: number | undefined
  readonly onSynced: (pending: Pending) => void
  readonly onFailed: (pending: Pending) => void
  readonly onState: (failure: EngineError | undefined) => void
}

const ASIDE_NUMBERS = 2 ** 48
const NO_ROW: RowRecord = { version: 0, place: 0, isComplete: false }

/** Writes the records of fragments, and before them of which row they are. */
class FragmentLog implements KeptLog {
  /** By partition: what the log says of it. */
  readonly #rows: RowRecord[] = []
  /** By partition: the row for which this backup had all that its primary had. */
  readonly #equalVersions: number[] = []
  /** By partition: how many fragments the log has. */
  readonly #counts: number[] = []
  /** Of what is set aside, in the log. */
  readonly #asideNumbers = new Map<Held, number>()
  readonly #random: Random
  readonly #compactor: Compactor
  readonly writer: LogWriter

  constructor(options: KeptLogOptions) {
    const { host, sizes, fsyncIntervalMs, onSynced, onFailed, onState } = options
    this.#random = host.random
    this.writer = createLogWriter({
      clock: host.clock,
      disk: host.disk,
      segmentBytes: sizes.segmentBytes,
      syncIntervalMs: fsyncIntervalMs,
      onSynced,
      onFailed,
      onState,
      onFilled: (segment, sizeBytes) => this.#compactor.filled(segment, sizeBytes),
    })
    this.#compactor = createCompactor({
      host,
      logBytesMin: sizes.logBytesMin,
      writer: this.writer,
      begin: (held) => this.#copyStart(held),
      piece: (held, effects) => this.#piece(held, effects),
      end: (held) => this.#copyEnd(held),
      onFailed: onState,
    })
  }

  open(folder: string, segments: readonly Segment[]): void {
    this.writer.begin(folder, (segments.at(-1)?.number ?? 0) + 1)
    this.#compactor.open(folder, segments)
  }

  keeper(fsync: FsyncPolicy): Keeper {
    const { writer } = this
    const isAwaited = fsync === 'always'
    const wrote = (): void => writer.wrote(isAwaited)
    return {
      get refusal() {
        return writer.failure
      },
      get hasRoom() {
        return writer.hasRoom
      },
      changed: (held, effects, pending) => {
        this.#changed(held, effects)
        if (isAwaited && pending !== undefined) {
          pending.remaining += 1
          writer.wait(pending)
        }
        wrote()
      },
      restored: (held, { segment }) => {
        this.#compactor.add(held, segment)
        this.#count(held.partition, 1)
      },
      forgot: (partition, kept) => {
        this.#count(partition, 1)
        this.#drop(partition, kept)
        wrote()
      },
      copyStarted: (held) => {
        this.#copyStart(held)
        this.#compactor.restarted(held)
        wrote()
      },
      copied: (held, effects) => {
        this.#piece(held, effects)
        wrote()
      },
      copyEnded: (held) => {
        this.#copyEnd(held)
        this.#compactor.rebased(held)
        wrote()
      },
      dropped: (held) => {
        if (!this.#compactor.remove(held)) return
        this.#drop(held.partition, held)
        wrote()
      },
      setAside: (held, rescueVersion) => {
        if (!this.#compactor.has(held)) return
        this.#setAside(held, rescueVersion)
        writer.wrote(true)
      },
      merged: (held) => {
        const number = this.#asideNumbers.get(held)
        if (number === undefined || !this.#compactor.remove(held)) return
        this.#merged(held, number)
        wrote()
      },
    }
  }

  resumeAside(held: Held, { number, kept }: LoadedAside): void {
    this.#compactor.add(held, kept.segment)
    this.#compactor.pin(held)
    this.#asideNumbers.set(held, number)
  }

  rowChanged(partition: Partition): void {
    if ((this.#counts[partition.id] ?? 0) > 0) this.#noteRow(partition)
  }

  compared(partition: Partition, isEqual: boolean): void {
    this.#equalVersions[partition.id] = isEqual ? partition.row!.version : 0
    this.rowChanged(partition)
  }

  settled(): void {
    this.#compactor.start()
  }

  async close(): Promise<void> {
    this.#compactor.close()
    await this.writer.close()
  }

  #count({ id }: Partition, change: number): void {
    this.#counts[id] = (this.#counts[id] ?? 0) + change
  }

  /** Says of which row the records are that follow, unless the log says it already. */
  #noteRow(partition: Partition): void {
    const { id, row, place, isPrimary } = partition
    if (row === undefined || place === Infinity) return
    const { version } = row
    const isComplete = isPrimary || this.#equalVersions[id] === version
    const known = this.#rows[id] ?? NO_ROW
    const isKnown =
      known.version === version && known.place === place && known.isComplete === isComplete
    if (isKnown) return
    this.#rows[id] = { version, place, isComplete }
    writeRowRecord(this.writer.sink, id, this.#rows[id])
    this.writer.wrote(false)
  }

  #changed(held: Held, effects: Uint8Array): void {
    this.#open(held)
    this.#noteRow(held.partition)
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.effects, held.partition.id)
    this.#name(held)
    writeFragmentState(sink, held)
    sink.raw(effects)
    endRecord(sink, start)
  }

  #open(held: Held): void {
    if (this.#compactor.has(held)) return
    this.#compactor.add(held, this.writer.segment)
    this.#count(held.partition, 1)
  }

  #copyStart(held: Held): void {
    this.#open(held)
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.copyStart, held.partition.id)
    this.#name(held)
    endRecord(sink, start)
    this.writer.wrote(false)
    // The segments before this one may be removed once the copy is there.
    this.#rows[held.partition.id] = NO_ROW
    this.#noteRow(held.partition)
  }

  #piece(held: Held, effects: Uint8Array): void {
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.copyPiece, held.partition.id)
    this.#name(held)
    sink.raw(effects)
    endRecord(sink, start)
  }

  #copyEnd(held: Held): void {
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.copyEnd, held.partition.id)
    this.#name(held)
    writeFragmentState(sink, held)
    endRecord(sink, start)
  }

  #drop(partition: Partition, { named }: Pick<Held, 'named'>): void {
    this.#count(partition, -1)
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.drop, partition.id)
    writeFragmentName(sink, { serviceId: named.structure.serviceId, name: named.name })
    endRecord(sink, start)
  }

  #setAside(held: Held, rescueVersion: number | undefined): void {
    this.#compactor.pin(held)
    this.#count(held.partition, -1)
    const number = this.#random.integer(ASIDE_NUMBERS)
    this.#asideNumbers.set(held, number)
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.aside, held.partition.id)
    this.#name(held)
    writeAsideMark(sink, { number, rescueVersion })
    endRecord(sink, start)
  }

  #merged(held: Held, number: number): void {
    this.#asideNumbers.delete(held)
    const { sink } = this.writer
    const start = beginRecord(sink, RECORDS.merged, held.partition.id)
    this.#name(held)
    sink.f64(number)
    endRecord(sink, start)
  }

  #name({ named }: Held): void {
    const { sink } = this.writer
    sink.u8(named.structure.serviceId)
    sink.text(named.name)
  }
}

export const createKeptLog = (options: KeptLogOptions): KeptLog => new FragmentLog(options)
