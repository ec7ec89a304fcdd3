import type { Clock } from '../host/index.ts'
import type { Node } from './items.ts'

/** How long the loop works before it lets messages and timers in, in milliseconds. */
const sliceMs = 4

export interface LoopOptions {
  readonly nodes: readonly Node[]
  readonly clock: Clock
  /** Nothing moved: a moment to flush buffers and report. */
  readonly onIdle: () => void
  /** Called about every `sliceMs` while there is work. */
  readonly onSlice: () => void
}

/** Calls the nodes of a task group in turns and sleeps while none can move. */
export class Loop {
  readonly #options: LoopOptions
  #awake = true
  #wakeUp: (() => void) | null = null
  #stopped = false

  constructor(options: LoopOptions) {
    this.#options = options
  }

  /** Ends a sleep, or prevents the next: something may be able to move. */
  wake(): void {
    this.#awake = true
    const wakeUp = this.#wakeUp
    this.#wakeUp = null
    wakeUp?.()
  }

  stop(): void {
    this.#stopped = true
    this.wake()
  }

  /** Resolves after `stop`; rejects with what a node throws. */
  async run(): Promise<void> {
    const { nodes, clock, onIdle, onSlice } = this.#options
    let sliceStart = clock.monotonic()
    while (!this.#stopped) {
      this.#awake = false
      let progress = false
      for (const node of nodes) if (node.call()) progress = true
      if (!progress && !this.#awake) {
        onIdle()
        await this.#sleep()
      }
      if (clock.monotonic() - sliceStart < sliceMs) continue
      onSlice()
      await clock.yield()
      sliceStart = clock.monotonic()
    }
  }

  #sleep(): Promise<void> {
    if (this.#awake) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wakeUp = resolve
    })
  }
}
