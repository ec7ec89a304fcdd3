import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { RecordMap } from '../book/jobBook.ts'

/** How long the grid is left alone after it has failed. */
const RETRY_MS = 200

export const takenOver = (): EngineError =>
  new EngineError('JOB-011', 'Another master has taken over the jobs.')

export interface FenceOptions<Value> {
  readonly host: Host
  readonly map: RecordMap<Value>
  readonly key: string
  /** What is there, as far as this master knows. */
  readonly current: Value | undefined
  /** Whether this member is still the master that it was when it began. */
  readonly isCurrent: () => boolean
}

/**
 * A record that only one master writes: each time only over what it wrote or read before. Another
 * master that has written it since has taken over: then every write rejects with JOB-011.
 */
export class FencedRecord<Value> {
  readonly #options: FenceOptions<Value>
  #current: Value | undefined

  constructor(options: FenceOptions<Value>) {
    this.#options = options
    this.#current = options.current
  }

  get current(): Value | undefined {
    return this.#current
  }

  /** Tries again while the grid fails and this member is the master. One write at a time. */
  async write(next: Value): Promise<void> {
    const { host, map, key, isCurrent } = this.#options
    const text = JSON.stringify(next)
    for (;;) {
      if (!isCurrent()) throw takenOver()
      try {
        if (await map.replace(key, this.#current, next)) break
        const found = await map.get(key)
        // An earlier try, of which no answer came, has done it.
        if (found !== undefined && JSON.stringify(found) === text) break
        if (JSON.stringify(found) === JSON.stringify(this.#current)) continue
        if (found !== undefined) throw takenOver()
        // Lost with the members that held it, and known here: it is put back.
        this.#current = undefined
      } catch (thrown) {
        if (!(thrown instanceof EngineError) || thrown.code === 'JOB-011') throw thrown
        await host.clock.sleep(RETRY_MS)
      }
    }
    this.#current = next
  }
}
