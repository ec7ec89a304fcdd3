import { type ByteSink, ByteSource } from '../bytes/index.ts'

/** What a log tells, in the order in which it happened. */
export const RECORDS = {
  /** What of a partition this member has: see `RowRecord`. */
  row: 1,
  /** A change: repeat it. */
  effects: 2,
  /** From here on a fragment is written anew, beside the one that is there, until `copyEnd`. */
  copyStart: 3,
  copyPiece: 4,
  copyEnd: 5,
  /** The fragment is no more. */
  drop: 6,
  /** The fragment is set aside until it is merged; its name begins anew. */
  aside: 7,
  /** One that was set aside is merged. */
  merged: 8,
} as const

/** A fragment that was set aside, by a number of its own in the log. */
export interface AsideMark {
  readonly number: number
  /** See `MergeHead`. */
  readonly rescueVersion: number | undefined
}

type RecordKind = (typeof RECORDS)[keyof typeof RECORDS]

/** Which fragment a record is about, in the partition that it names. */
export interface FragmentName {
  readonly serviceId: number
  readonly name: string
}

/** Which change of a fragment was the last: equal numbers mean equal content where it is whole. */
export interface FragmentState {
  readonly term: number
  readonly sequence: number
  readonly isWhole: boolean
}

export interface RowRecord {
  /** Of the row by which the copy is held. */
  readonly version: number
  /** 0 for the primary, 1 for its first backup and so on. */
  readonly place: number
  /** Whether all fragments are known to be all that the primary has. */
  readonly isComplete: boolean
}

export type LogRecord = { readonly partition: number } & (
  | ({ readonly kind: 'row' } & RowRecord)
  | ({ readonly kind: 'effects'; readonly effects: Uint8Array } & FragmentName & FragmentState)
  | ({ readonly kind: 'copyPiece'; readonly effects: Uint8Array } & FragmentName)
  | ({ readonly kind: 'copyEnd' } & FragmentName & FragmentState)
  | ({ readonly kind: 'copyStart' } & FragmentName)
  | ({ readonly kind: 'drop' } & FragmentName)
  | ({ readonly kind: 'aside' } & FragmentName & AsideMark)
  | ({ readonly kind: 'merged'; readonly number: number } & FragmentName)
)

/** Length and checksum of what follows. */
const HEAD_BYTES = 8

/** Leaves room for the head; returns where the record starts. */
export const beginRecord = (sink: ByteSink, kind: RecordKind, partition: number): number => {
  const start = sink.length
  sink.u32(0)
  sink.u32(0)
  sink.u8(kind)
  sink.u16(partition)
  return start
}

export const endRecord = (sink: ByteSink, start: number): void => {
  const body = sink.view(start + HEAD_BYTES)
  sink.setU32(start, body.length)
  sink.setU32(start + 4, Bun.hash.crc32(body))
}

export const writeFragmentName = (sink: ByteSink, { serviceId, name }: FragmentName): void => {
  sink.u8(serviceId)
  sink.text(name)
}

export const writeFragmentState = (sink: ByteSink, state: FragmentState): void => {
  sink.f64(state.term)
  sink.f64(state.sequence)
  sink.flag(state.isWhole)
}

export const writeAsideMark = (sink: ByteSink, { number, rescueVersion }: AsideMark): void => {
  sink.f64(number)
  sink.flag(rescueVersion !== undefined)
  if (rescueVersion !== undefined) sink.f64(rescueVersion)
}

export const writeRowRecord = (sink: ByteSink, partition: number, row: RowRecord): void => {
  const start = beginRecord(sink, RECORDS.row, partition)
  sink.f64(row.version)
  sink.u8(row.place)
  sink.flag(row.isComplete)
  endRecord(sink, start)
}

const readBody = (source: ByteSource): LogRecord | undefined => {
  const kind = source.u8() as RecordKind
  const partition = source.u16()
  if (kind === RECORDS.row) {
    const [version, place, isComplete] = [source.f64(), source.u8(), source.flag()]
    return { kind: 'row', partition, version, place, isComplete }
  }
  const fragment = { partition, serviceId: source.u8(), name: source.text() }
  switch (kind) {
    case RECORDS.effects:
      return { kind: 'effects', ...fragment, ...readState(source), effects: source.rest() }
    case RECORDS.copyStart:
      return { kind: 'copyStart', ...fragment }
    case RECORDS.copyPiece:
      return { kind: 'copyPiece', ...fragment, effects: source.rest() }
    case RECORDS.copyEnd:
      return { kind: 'copyEnd', ...fragment, ...readState(source) }
    case RECORDS.drop:
      return { kind: 'drop', ...fragment }
    case RECORDS.aside: {
      const number = source.f64()
      const rescueVersion = source.flag() ? source.f64() : undefined
      return { kind: 'aside', ...fragment, number, rescueVersion }
    }
    case RECORDS.merged:
      return { kind: 'merged', ...fragment, number: source.f64() }
    default:
      kind satisfies never
      return undefined
  }
}

const readState = (source: ByteSource): FragmentState => ({
  term: source.f64(),
  sequence: source.f64(),
  isWhole: source.flag(),
})

/**
 * Gives the records of a segment to `take`, up to its end or to the first that is damaged. Returns
 * where the good part ends.
 */
export const readRecords = (bytes: Uint8Array, take: (record: LogRecord) => void): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const source = new ByteSource(bytes)
  let at = 0
  while (at + HEAD_BYTES <= bytes.length) {
    const start = at + HEAD_BYTES
    const length = view.getUint32(at)
    if (length === 0 || start + length > bytes.length) break
    const body = bytes.subarray(start, start + length)
    if (Bun.hash.crc32(body) !== view.getUint32(at + 4)) break
    source.reset(body)
    const record = readBody(source)
    if (record === undefined) break
    take(record)
    at = start + length
  }
  return at
}
