import { ByteSink, ByteSource } from '../bytes/index.ts'
import { WireFault } from '../../wire/index.ts'
import type { PartitionVersion } from './leader/index.ts'
import type { KeptCopy } from './recovery.ts'
import { type PartitionRow, REPLICAS_MAX } from './row.ts'

/** The kinds of what members say about the table, on the wire. */
export const TABLE_KINDS = { publish: 10, fetch: 11, report: 12, leave: 13 } as const

const FLAGS = { next: 1, handover: 2, lost: 4 } as const
/** What a row without replicas takes: more rows than that cannot be in so many bytes. */
const ROW_BYTES_MIN = 14

/** A row as the active master tells it. */
export interface PublishedRow {
  readonly partition: number
  readonly row: PartitionRow
  /** The primary shall stop to serve. */
  readonly isHandover: boolean
}

/** How far the active master is. */
export interface TableStatus {
  /** The view that it has planned for. */
  readonly epoch: number
  readonly viewVersion: number
  /** Rows that are to change. */
  readonly migrations: number
  /** Rows whose primary has not said that its replicas hold everything. */
  readonly unsynced: number
  /** Of all its rows: see `digestOf`. */
  readonly digest: number
}

export interface Publication {
  readonly masterId: string
  readonly status: TableStatus
  readonly rows: readonly PublishedRow[]
}

export interface Reports {
  readonly memberId: string
  readonly inSync: readonly PartitionVersion[]
  readonly frozen: readonly PartitionVersion[]
  /** Replicas that its structures ask for. */
  readonly replicas: number
}

/** What a new master asks with. */
export interface FetchRequest {
  readonly masterId: string
  readonly epoch: number
}

const DIGEST_PRIME = 2_147_483_647
const DIGEST_FACTOR = 31

/** A number that differs when the versions of the rows do. */
export const digestOf = (rows: readonly (PartitionRow | undefined)[]): number => {
  let digest = 0
  for (const row of rows) {
    digest = (digest * DIGEST_FACTOR + ((row?.version ?? 0) % DIGEST_PRIME)) % DIGEST_PRIME
  }
  return digest
}

const wholeNumber = (value: number): number => {
  if (!Number.isSafeInteger(value) || value < 0) throw new WireFault(`${value} is no whole number`)
  return value
}

const writeIds = (sink: ByteSink, ids: readonly string[], numbers: ReadonlyMap<string, number>) => {
  sink.u8(ids.length)
  for (const id of ids) sink.u16(numbers.get(id)!)
}

/** Rows take two bytes for each replica: the ids stand once, before them. */
const writeRows = (sink: ByteSink, rows: readonly PublishedRow[]): void => {
  const numbers = new Map<string, number>()
  for (const { row } of rows) {
    for (const id of row.replicas) if (!numbers.has(id)) numbers.set(id, numbers.size)
    for (const id of row.next ?? []) if (!numbers.has(id)) numbers.set(id, numbers.size)
  }
  sink.u16(numbers.size)
  for (const id of numbers.keys()) sink.text(id)
  sink.u32(rows.length)
  for (const { partition, row, isHandover } of rows) {
    const { next, lostVersions } = row
    sink.u32(partition)
    sink.f64(row.version)
    sink.u8(
      (next === undefined ? 0 : FLAGS.next) |
        (isHandover ? FLAGS.handover : 0) |
        (lostVersions === undefined ? 0 : FLAGS.lost),
    )
    writeIds(sink, row.replicas, numbers)
    if (next !== undefined) writeIds(sink, next, numbers)
    if (lostVersions === undefined) continue
    sink.u8(lostVersions.length)
    for (const lost of lostVersions) sink.f64(lost)
  }
}

const readIds = (source: ByteSource, ids: readonly string[]): string[] => {
  const count = source.u8()
  // A row that shrinks holds leavers until the others have taken over.
  if (count < 1 || count > REPLICAS_MAX) throw new WireFault(`A row has ${count} replicas`)
  return Array.from({ length: count }, () => {
    const id = ids[source.u16()]
    if (id === undefined) throw new WireFault('A row names a member that is not listed')
    return id
  })
}

const readLost = (source: ByteSource): number[] => {
  const count = source.u8()
  if (count > REPLICAS_MAX) throw new WireFault(`A row tells of ${count} losses`)
  return Array.from({ length: count }, () => wholeNumber(source.f64()))
}

const readPartition = (source: ByteSource, partitionCount: number): number => {
  const partition = source.u32()
  if (partition >= partitionCount) throw new WireFault(`There is no partition ${partition}`)
  return partition
}

const readRow = (source: ByteSource, ids: readonly string[], count: number): PublishedRow => {
  const partition = readPartition(source, count)
  const version = wholeNumber(source.f64())
  const flags = source.u8()
  const replicas = readIds(source, ids)
  const next = (flags & FLAGS.next) === 0 ? undefined : readIds(source, ids)
  const lostVersions = (flags & FLAGS.lost) === 0 ? undefined : readLost(source)
  const row = { version, replicas, next, lostVersions }
  return { partition, row, isHandover: (flags & FLAGS.handover) !== 0 }
}

const readRows = (source: ByteSource, partitionCount: number): PublishedRow[] => {
  const idCount = source.u16()
  const ids: string[] = []
  for (let at = 0; at < idCount; at += 1) ids.push(source.text())
  const count = source.u32()
  const rows: PublishedRow[] = []
  for (let at = 0; at < count; at += 1) rows.push(readRow(source, ids, partitionCount))
  if (!source.isAtEnd) throw new WireFault('A table is longer than its rows')
  return rows
}

const sinkFor = (rows: readonly PublishedRow[]): ByteSink =>
  new ByteSink(256 + rows.length * (ROW_BYTES_MIN + 2 * REPLICAS_MAX))

export const encodePublication = ({ masterId, status, rows }: Publication): Uint8Array => {
  const sink = sinkFor(rows)
  sink.text(masterId)
  sink.f64(status.epoch)
  sink.f64(status.viewVersion)
  sink.u32(status.migrations)
  sink.u32(status.unsynced)
  sink.u32(status.digest)
  writeRows(sink, rows)
  return sink.view()
}

/** Throws WireFault when it is none, or not of a table with so many partitions. */
export const decodePublication = (bytes: Uint8Array, partitionCount: number): Publication => {
  const source = new ByteSource(bytes)
  const masterId = source.text()
  const status = {
    epoch: wholeNumber(source.f64()),
    viewVersion: wholeNumber(source.f64()),
    migrations: source.u32(),
    unsynced: source.u32(),
    digest: source.u32(),
  }
  return { masterId, status, rows: readRows(source, partitionCount) }
}

/** Rows alone, as a member knows them. */
export const encodeRows = (rows: readonly (PartitionRow | undefined)[]): Uint8Array => {
  const known = rows.flatMap((row, partition) =>
    row === undefined ? [] : [{ partition, row, isHandover: false }],
  )
  const sink = sinkFor(known)
  writeRows(sink, known)
  return sink.view()
}

/** Throws WireFault when they are none, or not of a table with so many partitions. */
export const decodeRows = (
  bytes: Uint8Array,
  partitionCount: number,
): (readonly [partition: number, row: PartitionRow])[] =>
  readRows(new ByteSource(bytes), partitionCount).map(({ partition, row }) => [partition, row])

/** What a member answers a new master. */
export interface Told {
  readonly rows: readonly (readonly [partition: number, row: PartitionRow])[]
  /** Partitions of which it holds everything, as far as it knows. */
  readonly whole: readonly number[]
  readonly copies: readonly KeptCopy[]
  /** Addresses of members that must be there before copies are chosen from. */
  readonly expected: readonly string[]
}

export const encodeTold = (
  rows: readonly (PartitionRow | undefined)[],
  { whole, copies, expected }: Omit<Told, 'rows'>,
): Uint8Array => {
  const sink = new ByteSink()
  sink.bytes(encodeRows(rows))
  sink.u32(whole.length)
  for (const partition of whole) sink.u32(partition)
  sink.u32(copies.length)
  for (const { partition, version, place, isComplete, sequence } of copies) {
    sink.u32(partition)
    sink.f64(version)
    sink.u8(place)
    sink.flag(isComplete)
    sink.f64(sequence)
  }
  sink.u32(expected.length)
  for (const address of expected) sink.text(address)
  return sink.view()
}

const readCopy = (source: ByteSource, partitionCount: number): KeptCopy => {
  const partition = readPartition(source, partitionCount)
  return {
    partition,
    version: wholeNumber(source.f64()),
    place: source.u8(),
    isComplete: source.flag(),
    sequence: wholeNumber(source.f64()),
  }
}

/** Throws WireFault when it is none, or not of a table with so many partitions. */
export const decodeTold = (bytes: Uint8Array, partitionCount: number): Told => {
  const source = new ByteSource(bytes)
  const rows = decodeRows(source.bytes(), partitionCount)
  const whole: number[] = []
  for (let left = source.u32(); left > 0; left -= 1) {
    whole.push(readPartition(source, partitionCount))
  }
  const copies: KeptCopy[] = []
  for (let left = source.u32(); left > 0; left -= 1) copies.push(readCopy(source, partitionCount))
  const expected: string[] = []
  for (let left = source.u32(); left > 0; left -= 1) expected.push(source.text())
  return { rows, whole, copies, expected }
}

const writeVersions = (sink: ByteSink, versions: readonly PartitionVersion[]): void => {
  sink.u32(versions.length)
  for (const [partition, version] of versions) {
    sink.u32(partition)
    sink.f64(version)
  }
}

const readVersions = (source: ByteSource): PartitionVersion[] => {
  const count = source.u32()
  const versions: PartitionVersion[] = []
  for (let at = 0; at < count; at += 1) versions.push([source.u32(), wholeNumber(source.f64())])
  return versions
}

export const encodeReports = ({ memberId, inSync, frozen, replicas }: Reports): Uint8Array => {
  const sink = new ByteSink()
  sink.text(memberId)
  sink.u8(replicas)
  writeVersions(sink, inSync)
  writeVersions(sink, frozen)
  return sink.view()
}

/** Throws WireFault when they are none. */
export const decodeReports = (bytes: Uint8Array): Reports => {
  const source = new ByteSource(bytes)
  return {
    memberId: source.text(),
    replicas: source.u8(),
    inSync: readVersions(source),
    frozen: readVersions(source),
  }
}

export const encodeFetch = ({ masterId, epoch }: FetchRequest): Uint8Array => {
  const sink = new ByteSink()
  sink.text(masterId)
  sink.f64(epoch)
  return sink.view()
}

/** Throws WireFault when it is none. */
export const decodeFetch = (bytes: Uint8Array): FetchRequest => {
  const source = new ByteSource(bytes)
  return { masterId: source.text(), epoch: wholeNumber(source.f64()) }
}

export const encodeLeave = (memberId: string): Uint8Array => {
  const sink = new ByteSink()
  sink.text(memberId)
  return sink.view()
}

/** The id of the member that wants to leave; throws WireFault when there is none. */
export const decodeLeave = (bytes: Uint8Array): string => new ByteSource(bytes).text()
