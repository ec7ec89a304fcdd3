import type { Isolate } from './isolate.ts'

/** An isolate as people are shown it. */
export interface IsolateInfo {
  /** Counts up from 1. */
  readonly id: number
  /** Of whoever has it, or had it last. */
  readonly name: string
  /** `new` waits for its thread; `idle` has one that waits for the next job. */
  readonly state: 'new' | 'running' | 'idle'
}

/** The isolates that there are, for people who look for one that is stuck. */
export class IsolateList {
  readonly #known = new Map<Isolate, { readonly id: number; name: string }>()
  #lastId = 0
  #threadCount = 0

  /** Most threads that there were at once. */
  threadsPeak = 0

  /** Somebody has taken it; a new one is listed from now on. */
  taken(isolate: Isolate, name: string): void {
    const known = this.#known.get(isolate)
    if (known !== undefined) known.name = name
    else {
      this.#lastId += 1
      this.#known.set(isolate, { id: this.#lastId, name })
    }
  }

  started(): void {
    this.#threadCount += 1
    this.threadsPeak = Math.max(this.threadsPeak, this.#threadCount)
  }

  gone(isolate: Isolate): void {
    if (this.#known.delete(isolate) && isolate.hasThread) this.#threadCount -= 1
  }

  /** In the order in which they were made. */
  infos(idle: readonly Isolate[]): IsolateInfo[] {
    const stateOf = (isolate: Isolate): IsolateInfo['state'] => {
      if (!isolate.hasThread) return 'new'
      return idle.includes(isolate) ? 'idle' : 'running'
    }
    return [...this.#known].map(([isolate, info]) => ({ ...info, state: stateOf(isolate) }))
  }
}
