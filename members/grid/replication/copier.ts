import { ENTRIES, type EntryKind, writeHead } from './entries.ts'
import type { Outgoing } from './outgoing.ts'
import type { Held } from './state.ts'

interface Job {
  readonly held: Held
  readonly version: number
  /** Undefined before the first piece. */
  cursor: number | undefined
}

/** Sends fragments to one member, some at a time, between the changes that go the same way. */
export interface Copier {
  /** Copies a fragment unless that is under way. */
  add(held: Held): void
  /** Whether anything of a partition is still to be copied. */
  isBusy(partitionId: number): boolean
  /** Goes on as far as there is room. */
  pump(): void
  /** Fragments to be copied. */
  readonly size: number
}

const PIECE_BYTES = 256 * 1024
const WINDOW_BYTES = 1024 * 1024
const ACTIVE_MAX = 10

/** `onCopied` is called when the last fragment of a partition has been written. */
export const createCopier = (
  outgoing: Outgoing,
  onCopied: (partitionId: number) => void,
): Copier => {
  /** The first ACTIVE_MAX are under way. */
  const jobs: Job[] = []
  let turn = 0

  const isStale = ({ held, version }: Job): boolean =>
    held.partition.row?.version !== version ||
    !held.partition.isPrimary ||
    held.named.held[held.partition.id] !== held
  const begin = (kind: EntryKind, { held, version }: Job): void => {
    writeHead(outgoing.sink, kind, held.partition.id, version)
    outgoing.sink.raw(held.named.idBytes)
  }
  const isBusy = (partitionId: number): boolean =>
    jobs.some(({ held }) => held.partition.id === partitionId)
  const finish = (job: Job): void => {
    const { held } = job
    begin(ENTRIES.copyEnd, job)
    outgoing.sink.f64(held.term)
    outgoing.sink.f64(held.sequence)
    outgoing.wrote(undefined, 0)
    jobs.splice(jobs.indexOf(job), 1)
    if (!isBusy(held.partition.id)) onCopied(held.partition.id)
  }
  const copyPiece = (job: Job): void => {
    const { sink } = outgoing
    if (job.cursor === undefined) {
      begin(ENTRIES.copyStart, job)
      outgoing.wrote(undefined, 0)
    }
    begin(ENTRIES.copyPiece, job)
    const countAt = sink.length
    sink.u32(0)
    const start = sink.length
    const next = job.held.fragment.copy(job.cursor ?? 0, sink, PIECE_BYTES)
    sink.setU32(countAt, sink.length - start)
    outgoing.wrote(undefined, sink.length - start)
    job.cursor = next
    if (next === undefined) finish(job)
  }
  return {
    get size() {
      return jobs.length
    },
    isBusy,
    add: (held) => {
      const version = held.partition.row!.version
      const known = jobs.find((job) => job.held === held && job.version === version)
      if (known === undefined) jobs.push({ held, version, cursor: undefined })
    },
    pump: () => {
      for (let at = jobs.length - 1; at >= 0; at -= 1) if (isStale(jobs[at]!)) jobs.splice(at, 1)
      while (jobs.length > 0 && outgoing.copyBytes < WINDOW_BYTES) {
        turn = (turn + 1) % Math.min(jobs.length, ACTIVE_MAX)
        copyPiece(jobs[turn]!)
      }
    },
  }
}
