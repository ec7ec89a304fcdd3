import type { Disk } from '../../../runtime/host/index.ts'
import { ByteSource } from '../bytes/index.ts'
import type { Kept, Named, Partition, Registry } from '../replication/index.ts'
import type { Fragment } from '../structures/structure.ts'
import {
  type AsideMark,
  type FragmentState,
  type LogRecord,
  readRecords,
  type RowRecord,
} from './records.ts'
import { cutSegment, listSegments, type Segment } from './segments.ts'

export interface LoadedPartition extends RowRecord {
  readonly fragments: readonly Kept[]
}

/** A fragment that was set aside and is not merged yet. */
export interface LoadedAside extends AsideMark {
  readonly partition: Partition
  readonly kept: Kept
}

export interface LoadedLog {
  readonly partitions: Map<number, LoadedPartition>
  readonly asides: readonly LoadedAside[]
  readonly segments: readonly Segment[]
  /** Files that hold damaged records; what came after them there is lost. */
  readonly damaged: readonly string[]
}

/** A fragment while it is read. */
interface Reading {
  readonly named: Named
  fragment: Fragment | undefined
  segment: number
  /** A copy that has begun. */
  build: Fragment | undefined
  buildSegment: number
  state: FragmentState
}

interface ReadingPartition {
  row: RowRecord
  readonly fragments: Map<Named, Reading>
}

const NO_STATE: FragmentState = { term: 0, sequence: 0, isWhole: false }
const NO_ROW: RowRecord = { version: 0, place: 0, isComplete: false }

/** Repeats the records of a log, oldest first. */
class LogReader {
  readonly #registry: Registry
  readonly #partitions = new Map<number, ReadingPartition>()
  /** By their numbers. */
  readonly #asides = new Map<number, LoadedAside>()
  readonly #source = new ByteSource(new Uint8Array(0))
  #segment = 0

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Returns where the good part ends. */
  read(segment: number, bytes: Uint8Array): number {
    this.#segment = segment
    return readRecords(bytes, (record) => this.#take(record))
  }

  asides(): readonly LoadedAside[] {
    return [...this.#asides.values()]
  }

  /** `isDamaged`: something is missing, nobody knows of what. */
  result(isDamaged: boolean): Map<number, LoadedPartition> {
    const loaded = new Map<number, LoadedPartition>()
    for (const [id, { row, fragments }] of this.#partitions) {
      const finished = [...fragments.values()].flatMap(finish)
      const isComplete = row.isComplete && !isDamaged
      if (finished.length > 0) loaded.set(id, { ...row, isComplete, fragments: finished })
    }
    return loaded
  }

  #take(record: LogRecord): void {
    const partition = this.#registry.partitions[record.partition]
    if (partition === undefined) return
    const known = this.#partitionOf(record.partition)
    if (record.kind === 'row') {
      known.row = record
      return
    }
    const named = this.#registry.find(record.serviceId, record.name)
    // What is not kept any more is not read either.
    if (named?.keeper === undefined) return
    if (record.kind === 'aside') this.#setAside(known, named, partition, record)
    else if (record.kind === 'merged') {
      this.#asides.get(record.number)?.kept.fragment.close()
      this.#asides.delete(record.number)
    } else if (record.kind !== 'drop') {
      this.#takeOf(record, this.#readingOf(known, named), partition)
    } else {
      const dropped = known.fragments.get(named)
      dropped?.fragment?.close()
      dropped?.build?.close()
      known.fragments.delete(named)
    }
  }

  #setAside(
    { fragments }: ReadingPartition,
    named: Named,
    partition: Partition,
    { number, rescueVersion }: AsideMark,
  ): void {
    const reading = fragments.get(named)
    fragments.delete(named)
    for (const kept of reading === undefined ? [] : finish(reading)) {
      this.#asides.set(number, { number, rescueVersion, partition, kept })
    }
  }

  #takeOf(
    record: Extract<LogRecord, { kind: 'effects' | 'copyStart' | 'copyPiece' | 'copyEnd' }>,
    reading: Reading,
    partition: Partition,
  ): void {
    const create = (): Fragment => this.#registry.create(reading.named, partition)
    switch (record.kind) {
      case 'effects':
        if (reading.build === undefined) reading.fragment ??= create()
        this.#apply(reading.fragment, record.effects)
        this.#apply(reading.build, record.effects)
        reading.state = record
        return
      case 'copyStart':
        reading.build?.close()
        reading.build = create()
        reading.buildSegment = this.#segment
        return
      case 'copyPiece':
        this.#apply(reading.build, record.effects)
        return
      case 'copyEnd':
        if (reading.build === undefined) return
        reading.fragment?.close()
        reading.fragment = reading.build
        reading.segment = reading.buildSegment
        reading.build = undefined
        reading.state = record
        return
      default:
        record satisfies never
    }
  }

  #apply(fragment: Fragment | undefined, effects: Uint8Array): void {
    if (fragment === undefined) return
    this.#source.reset(effects)
    fragment.apply(this.#source)
  }

  #partitionOf(id: number): ReadingPartition {
    const known = this.#partitions.get(id)
    if (known !== undefined) return known
    const made: ReadingPartition = { row: NO_ROW, fragments: new Map() }
    this.#partitions.set(id, made)
    return made
  }

  #readingOf({ fragments }: ReadingPartition, named: Named): Reading {
    const known = fragments.get(named)
    if (known !== undefined) return known
    const segment = this.#segment
    const nothing = { fragment: undefined, segment, build: undefined, buildSegment: segment }
    const made: Reading = { named, ...nothing, state: NO_STATE }
    fragments.set(named, made)
    return made
  }
}

/** Where a first copy was not finished its part is better than nothing. */
const finish = (reading: Reading): Kept[] => {
  const { named, build, state, segment } = reading
  const fragment = reading.fragment ?? build
  if (fragment !== build) build?.close()
  if (fragment === undefined) return []
  const { term, sequence } = state
  const isWhole = state.isWhole && reading.fragment !== undefined
  return [{ named, fragment, segment, term, sequence, isWhole }]
}

/**
 * Reads what an earlier life has kept in a folder. Records at the end of the last file that a crash
 * left half written are cut off. Rejects with HST-… where the disk fails.
 */
export const loadLog = async (
  disk: Disk,
  folder: string,
  registry: Registry,
): Promise<LoadedLog> => {
  const segments = await listSegments(disk, folder)
  const reader = new LogReader(registry)
  const damaged: string[] = []
  for (const { number, path } of segments) {
    const bytes = await disk.readFile(path)
    const goodBytes = reader.read(number, bytes)
    if (goodBytes === bytes.length) continue
    if (number === segments.at(-1)!.number) await cutSegment(disk, path, goodBytes)
    else damaged.push(path)
  }
  const partitions = reader.result(damaged.length > 0)
  return { partitions, asides: reader.asides(), segments, damaged }
}
