import type { Timer } from '../../runtime/host/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import type { Split, SplitEnumerator } from '../connectors/index.ts'
import { loadSource } from './plugins.ts'
import { connectorContext, Printer, type TaskEnvironment } from './taskContext.ts'
import type { Execution } from './messages.ts'

export interface EnumeratorDeployment {
  readonly execution: Execution
  readonly vertexId: number
  readonly state: JsonValue | undefined
  /** Splits that readers had not finished at the restored checkpoint. */
  readonly splits: readonly Split[]
}

/** How often waiting readers are offered a split that may have been found, in milliseconds. */
const retryMs = 100

/** Hands out the splits of one source. Requests and snapshots follow one another, never overlap. */
export class EnumeratorTask {
  readonly #environment: TaskEnvironment
  readonly #enumerator: SplitEnumerator
  readonly #waiting: number[] = []
  #turn: Promise<void> = Promise.resolve()
  #retry: Timer | null = null
  /** The last checkpoint that was saved: grants since belong behind its barrier. */
  #savedId = 0

  private constructor(environment: TaskEnvironment, enumerator: SplitEnumerator) {
    this.#environment = environment
    this.#enumerator = enumerator
  }

  static async open(
    environment: TaskEnvironment,
    deployment: EnumeratorDeployment,
  ): Promise<EnumeratorTask> {
    const { execution, vertexId, state, splits } = deployment
    const vertex = execution.plan.vertices[vertexId]!
    const source = await loadSource(vertex)
    const context = connectorContext(environment, new Printer(environment.report), {
      execution,
      vertex,
      instance: 0,
      reject: ({ error }) => {
        throw error
      },
    })
    const tables = execution.tables[vertexId]!.output
    const enumerator = source.createEnumerator(vertex.options, tables, context)
    if (state !== undefined) enumerator.restore(state)
    await enumerator.open()
    if (splits.length > 0) enumerator.giveBack(splits)
    return new EnumeratorTask(environment, enumerator)
  }

  request(reader: number): void {
    this.#enqueue(async () => {
      const split = await this.#enumerator.next(reader)
      if (split !== undefined) {
        const savedId = this.#savedId
        this.#environment.report({ kind: 'granted', instance: reader, split, savedId })
        this.#reportSplitCount()
        return
      }
      this.#waiting.push(reader)
      this.#retry ??= this.#environment.host.clock.timer(retryMs, () => this.#offerAgain())
    })
  }

  snapshot(checkpointId: number): void {
    this.#enqueue(() => {
      const state = this.#enumerator.snapshot()
      this.#savedId = checkpointId
      this.#environment.report({ kind: 'enumerated', checkpointId, state })
    })
  }

  completed(checkpointId: number): void {
    this.#enqueue(() => this.#enumerator.checkpointCompleted?.(checkpointId))
  }

  async close(): Promise<void> {
    this.#retry?.cancel()
    await this.#turn
    await this.#enumerator.close()
  }

  #offerAgain(): void {
    this.#retry = null
    for (const reader of this.#waiting.splice(0)) this.request(reader)
  }

  #reportSplitCount(): void {
    const splitCount = this.#enumerator.splitCount
    if (splitCount !== undefined) this.#environment.report({ kind: 'splitCount', splitCount })
  }

  #enqueue(work: () => void | Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => this.#environment.fail(error))
  }
}
