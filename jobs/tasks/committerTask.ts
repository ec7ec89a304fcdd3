import type { CommitInfo, SinkCommitter } from '../connectors/index.ts'
import type { Execution } from './messages.ts'
import { loadSink } from './plugins.ts'
import { connectorContext, Printer, type TaskEnvironment } from './taskContext.ts'

/** Commits what the writers of one sink prepared. */
export class CommitterTask {
  readonly #environment: TaskEnvironment
  readonly #committer: SinkCommitter
  readonly #printer: Printer

  private constructor(environment: TaskEnvironment, committer: SinkCommitter, printer: Printer) {
    this.#environment = environment
    this.#committer = committer
    this.#printer = printer
  }

  static async open(
    environment: TaskEnvironment,
    execution: Execution,
    vertexId: number,
  ): Promise<CommitterTask> {
    const vertex = execution.plan.vertices[vertexId]!
    const sink = await loadSink(vertex)
    const printer = new Printer(environment.report)
    const context = connectorContext(environment, printer, {
      execution,
      vertex,
      instance: 0,
      reject: ({ error }) => {
        throw error
      },
    })
    if (sink.createCommitter === undefined) throw new Error(`${vertex.plugin} has no committer`)
    const tables = execution.tables[vertexId]!.input
    return new CommitterTask(
      environment,
      sink.createCommitter(vertex.options, context, tables),
      printer,
    )
  }

  async commit(checkpointId: number, infos: readonly CommitInfo[]): Promise<void> {
    if (infos.length > 0) await this.#committer.commit(infos)
    this.#printer.flush()
    this.#environment.report({ kind: 'committed', checkpointId })
  }

  async abortOrphans(): Promise<void> {
    await this.#committer.abortOrphans?.()
    this.#environment.report({ kind: 'orphansAborted' })
  }

  async finish(): Promise<void> {
    await this.#committer.finish?.()
    this.#printer.flush()
    this.#environment.report({ kind: 'finished' })
  }

  close(): Promise<void> {
    return this.#committer.close()
  }
}
