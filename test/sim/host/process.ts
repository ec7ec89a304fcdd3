import type { SeededRandom } from './random.ts'

/** Something that a process holds until it lets go: shown by `leaks`. */
export interface Held {
  describe(): string
}

/** One boot of a simulated machine, or a thread of one: what a kill ends. */
export interface Process {
  readonly machine: string
  /** Position of the machine in its world. */
  readonly index: number
  readonly random: SeededRandom
  readonly held: Set<Held>
  isAlive: boolean
  /** Events that came while the process was stopped; undefined while it runs. */
  deferred: unknown[] | undefined
  /** Where an error thrown by its code goes; undefined fails the simulation. */
  onFailure: ((error: unknown) => void) | undefined
}

export const createProcess = (machine: string, index: number, random: SeededRandom): Process => ({
  machine,
  index,
  random,
  held: new Set(),
  isAlive: true,
  deferred: undefined,
  onFailure: undefined,
})
