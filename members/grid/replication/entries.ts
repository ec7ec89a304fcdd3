import type { ByteSink, ByteSource } from '../bytes/index.ts'
import { readRow, writeRow } from '../rowCodec.ts'
import type { PartitionRow } from '../table/index.ts'

/** What a primary tells a holder of a partition, in one order with all else it tells it. */
export const ENTRIES = {
  /** A change: repeat it. */
  effects: 1,
  /** What you should hold: compare, and say what differs. */
  check: 2,
  copyStart: 3,
  copyPiece: 4,
  copyEnd: 5,
  /** The fragment has become empty: forget it. */
  drop: 6,
} as const

export type EntryKind = (typeof ENTRIES)[keyof typeof ENTRIES]

/** What all entries begin with. */
export interface EntryHead {
  readonly kind: EntryKind
  readonly partition: number
  /** Of the row by which the sender is the primary. */
  readonly version: number
}

export const writeHead = (
  sink: ByteSink,
  kind: EntryKind,
  partition: number,
  version: number,
): void => {
  sink.u8(kind)
  sink.u16(partition)
  sink.f64(version)
}

/** Which fragment, after the head of all entries but checks. */
export const writeFragmentId = (sink: ByteSink, serviceId: number, name: string): void => {
  sink.u8(serviceId)
  sink.text(name)
}

/** One fragment in a check. */
export interface Listed {
  readonly serviceId: number
  readonly name: string
  readonly term: number
  readonly sequence: number
  /** Undefined where only the numbers are compared. */
  readonly digest: number | undefined
}

export interface Check {
  readonly row: PartitionRow
  /** What fragments that are equal are counted by from now on. */
  readonly term: number
  readonly listed: readonly Listed[]
}

export const writeCheck = (sink: ByteSink, { row, term, listed }: Check): void => {
  writeRow(sink, row)
  sink.f64(term)
  sink.u32(listed.length)
  for (const { serviceId, name, term: theirs, sequence, digest } of listed) {
    writeFragmentId(sink, serviceId, name)
    sink.f64(theirs)
    sink.f64(sequence)
    sink.flag(digest !== undefined)
    if (digest !== undefined) sink.f64(digest)
  }
}

export const readCheck = (source: ByteSource): Check => {
  const row = readRow(source)
  const term = source.f64()
  const listed: Listed[] = []
  for (let left = source.u32(); left > 0; left -= 1) {
    listed.push({
      serviceId: source.u8(),
      name: source.text(),
      term: source.f64(),
      sequence: source.f64(),
      digest: source.flag() ? source.f64() : undefined,
    })
  }
  return { row, term, listed }
}

/** A fragment that a holder lacks, or has otherwise than the primary. */
export interface Need {
  readonly serviceId: number
  readonly name: string
}

/** The answer to a check. */
export interface Compared {
  readonly partition: number
  /** Of the row that was checked. */
  readonly version: number
  readonly needs: readonly Need[]
}

/** A row that makes a sender stale. */
export interface Refusal {
  readonly partition: number
  readonly row: PartitionRow
}

/** What a holder tells the member whose entries it has taken. */
export interface Acknowledgement {
  readonly fromId: string
  readonly targetId: string
  /** The last message that was taken. */
  readonly number: number
  readonly refusals: readonly Refusal[]
  readonly compared: readonly Compared[]
}

export const writeAcknowledgement = (sink: ByteSink, told: Acknowledgement): void => {
  sink.text(told.fromId)
  sink.text(told.targetId)
  sink.f64(told.number)
  sink.u16(told.refusals.length)
  for (const { partition, row } of told.refusals) {
    sink.u16(partition)
    writeRow(sink, row)
  }
  sink.u32(told.compared.length)
  for (const { partition, version, needs } of told.compared) {
    sink.u16(partition)
    sink.f64(version)
    sink.u32(needs.length)
    for (const { serviceId, name } of needs) writeFragmentId(sink, serviceId, name)
  }
}

const readNeeds = (source: ByteSource): Need[] => {
  const needs: Need[] = []
  for (let left = source.u32(); left > 0; left -= 1) {
    needs.push({ serviceId: source.u8(), name: source.text() })
  }
  return needs
}

export const readAcknowledgement = (source: ByteSource): Acknowledgement => {
  const fromId = source.text()
  const targetId = source.text()
  const number = source.f64()
  const refusals: Refusal[] = []
  for (let left = source.u16(); left > 0; left -= 1) {
    refusals.push({ partition: source.u16(), row: readRow(source) })
  }
  const compared: Compared[] = []
  for (let left = source.u32(); left > 0; left -= 1) {
    compared.push({
      partition: source.u16(),
      version: source.f64(),
      needs: readNeeds(source),
    })
  }
  return { fromId, targetId, number, refusals, compared }
}
