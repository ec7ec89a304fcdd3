import type { RowSource } from '../../runtime/isolate/index.ts'
import type { Batch } from '../../runtime/rows/index.ts'
import type { SourceReader, Split } from '../connectors/index.ts'

/** Feeds a reader with splits, one at a time, as they are granted. */
export class SplitSource implements RowSource {
  readonly #reader: SourceReader
  readonly #requestSplit: () => void
  #requested = false
  #granted: Split | null = null
  #reading = false
  #ended = false
  splitsDone = 0

  constructor(reader: SourceReader, requestSplit: () => void) {
    this.#reader = reader
    this.#requestSplit = requestSplit
  }

  /** Takes the answer to a request; null means that there will be no more. */
  grant(split: Split | null): void {
    this.#requested = false
    this.#granted = split
    this.#ended = split === null
  }

  poll(): Batch | 'idle' | 'end' | Promise<Batch | 'idle' | 'end'> {
    if (this.#reading) return this.#read()
    if (this.#granted !== null) {
      const started = this.#reader.startSplit(this.#granted)
      if (started !== undefined) return started.then(() => this.#begin())
      return this.#begin()
    }
    if (this.#ended) return 'end'
    if (!this.#requested) {
      this.#requested = true
      this.#requestSplit()
    }
    return 'idle'
  }

  snapshot(): Split | null {
    return this.#reading ? this.#reader.snapshot() : this.#granted
  }

  #begin(): Batch | 'idle' | 'end' | Promise<Batch | 'idle' | 'end'> {
    this.#granted = null
    this.#reading = true
    return this.#read()
  }

  #read(): Batch | 'idle' | 'end' | Promise<Batch | 'idle' | 'end'> {
    const answer = this.#reader.read()
    return answer instanceof Promise
      ? answer.then((later) => this.#answer(later))
      : this.#answer(answer)
  }

  #answer(
    answer: Batch | 'idle' | 'splitDone',
  ): Batch | 'idle' | 'end' | Promise<Batch | 'idle' | 'end'> {
    if (answer !== 'splitDone') return answer
    this.#reading = false
    this.splitsDone += 1
    return this.poll()
  }
}
