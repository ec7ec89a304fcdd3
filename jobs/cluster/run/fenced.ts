import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { RecordMap } from '../book/jobBook.ts'

/** How long the grid is left alone after it has failed. */
const RETRY_MS = 200

export const takenOver = (): EngineError =>
  new EngineError('JOB-011', 'Another master has taken over the jobs.')

/** What says which master wrote it. */
export interface Stamped {
  readonly masterEpoch: number
}

export interface FenceOptions<Value> {
  readonly host: Host
  readonly map: RecordMap<Value>
  readonly key: string
  /** Whether this member is still the master that it was when it began. */
  readonly isCurrent: () => boolean
}

/**
 * A record that only one master writes: each time only over what it wrote or read before. Another
 * master that has written it since has taken over: then every write rejects with JOB-011.
 */
export class FencedRecord<Value extends Stamped> {
  readonly #options: FenceOptions<Value>
  #current: Value | undefined

  constructor(options: FenceOptions<Value>) {
    this.#options = options
  }

  get current(): Value | undefined {
    return this.#current
  }

  /**
   * Takes the record over from the master before, which may still write it: what it wrote last counts,
   * and it writes no more. `make` says what it is to be, undefined where it must not be made. Rejects
   * with JOB-011 when a later master has it.
   */
  async claim(make: (found: Value | undefined) => Value | undefined): Promise<void> {
    const { map, key } = this.#options
    for (;;) {
      this.#current = await this.#patiently(() => map.get(key))
      const next = make(this.#current)
      if (next === undefined) return
      if (this.#current !== undefined && this.#current.masterEpoch > next.masterEpoch) {
        throw takenOver()
      }
      try {
        return await this.write(next)
      } catch (thrown) {
        if (!this.#options.isCurrent()) throw thrown
      }
    }
  }

  /** Tries again while the grid fails and this member is the master. One write at a time. */
  async write(next: Value): Promise<void> {
    const { map, key } = this.#options
    const text = JSON.stringify(next)
    for (;;) {
      const isReplaced = await this.#patiently(() => map.replace(key, this.#current, next))
      if (isReplaced) break
      const found = await this.#patiently(() => map.get(key))
      // An earlier try, of which no answer came, has done it.
      if (found !== undefined && JSON.stringify(found) === text) break
      if (JSON.stringify(found) === JSON.stringify(this.#current)) continue
      if (found !== undefined) throw takenOver()
      // Lost with the members that held it, and known here: it is put back.
      this.#current = undefined
    }
    this.#current = next
  }

  async #patiently<Result>(action: () => Promise<Result>): Promise<Result> {
    const { host, isCurrent } = this.#options
    for (;;) {
      if (!isCurrent()) throw takenOver()
      try {
        return await action()
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        await host.clock.sleep(RETRY_MS)
      }
    }
  }
}
