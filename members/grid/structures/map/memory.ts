import type { Host } from '../../../../runtime/host/index.ts'
import type { RecordStore } from '../../store/index.ts'

/** The process is asked for its memory no more often than this. */
const SAMPLE_MS = 100

/** What maps take of the memory of this member, for limits that are given in bytes. */
export class MapMemory {
  /** By name of the map. */
  readonly #bytes = new Map<string, number>()
  #usedBytes = 0
  #sampledMs = -Infinity

  /** Memory of all partitions of a map on this member, backups too. */
  bytesOf(name: string): number {
    return this.#bytes.get(name) ?? 0
  }

  /** The memory of one partition has changed. */
  note(name: string, changeBytes: number): void {
    const bytes = this.bytesOf(name) + changeBytes
    if (bytes === 0) this.#bytes.delete(name)
    else this.#bytes.set(name, bytes)
  }

  /** Memory of the whole process, as it was a moment ago. */
  usedBytes(host: Host, nowMs: number): number {
    if (Math.abs(nowMs - this.#sampledMs) >= SAMPLE_MS) {
      this.#sampledMs = nowMs
      this.#usedBytes = host.memory.usedBytes()
    }
    return this.#usedBytes
  }
}

/** Tells the memory of one partition to the sum. */
export interface MemoryNote {
  update(): void
  close(): void
}

export const memoryNoter = (memory: MapMemory, name: string, store: RecordStore): MemoryNote => {
  let noted = 0
  const note = (bytes: number): void => {
    if (bytes !== noted) memory.note(name, bytes - noted)
    noted = bytes
  }
  return { update: () => note(store.bytes), close: () => note(0) }
}
