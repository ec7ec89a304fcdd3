import type { Databases } from './database.ts'
import type { Disk } from './disk.ts'
import type { Http } from './http.ts'
import type { Memory } from './memory.ts'
import type { Modules } from './modules.ts'
import type { Network } from './network.ts'
import type { ObjectStores } from './objects.ts'
import type { ProcessFacts } from './process.ts'
import type { Processors } from './processors.ts'
import type { Threads } from './threads.ts'

/**
 * The one seam to the outside: everything that a real machine and a simulated one do differently.
 * Nothing else touches clocks, timers, randomness, sockets, disks, databases, object stores,
 * memory, processors or threads.
 */
export interface Host {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly network: Network
  readonly threads: Threads
  readonly http: Http
  readonly databases: Databases
  readonly objects: ObjectStores
  readonly memory: Memory
  readonly processors: Processors
  readonly process: ProcessFacts
  readonly modules: Modules
  /** Environment variables as they were when the process started. */
  readonly environment: Environment
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Clock {
  /** Wall clock, in milliseconds since 1970-01-01T00:00:00Z; it may jump. */
  now(): number
  /** Milliseconds since some start, with fractions; it never goes back. */
  monotonic(): number
  /** Calls `callback` once after `delayMs` unless cancelled. */
  timer(delayMs: number, callback: () => void): Timer
  /** Resolves after `delayMs`. */
  sleep(delayMs: number): Promise<void>
  /** Resolves when all that is due now has run: lets other events in between two slices of work. */
  yield(): Promise<void>
}

export interface Timer {
  cancel(): void
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [0, bound), an integer. */
  integer(bound: number): number
  bytes(length: number): Uint8Array
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string
}
