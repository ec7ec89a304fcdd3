import type { ClientSettings } from '../../members/grid/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { loadCode, type JobCode } from '../code/index.ts'
import type { Vertex } from '../plan/index.ts'
import { CommitterTask } from './committerTask.ts'
import { EnumeratorTask } from './enumeratorTask.ts'
import type { IncomingStreams } from './incomingStreams.ts'
import type { ExchangePlace, Execution, TaskCommand, TaskReport } from './messages.ts'
import { loadPlugin } from './plugins.ts'
import { prepareTask } from './prepareTask.ts'
import { connectorContext, Printer, type TaskEnvironment } from './taskContext.ts'
import { toTaskError } from './taskErrors.ts'
import { TaskGroup } from './taskGroup.ts'

/** How a task reports; the buffers in `transfer` are of no use to it any more. */
export type SendReport = (report: TaskReport, transfer?: readonly ArrayBuffer[]) => void

/** Obeys the coordinator inside an isolate: one task, which may share the isolate with others. */
export class TaskIsolate {
  readonly #send: SendReport
  readonly #environment: TaskEnvironment
  readonly #cancellation = new AbortController()
  #group: TaskGroup | null = null
  /** A promise, since readers may ask for splits while it opens. */
  #enumerator: Promise<EnumeratorTask> | null = null
  /** Readers of other members may ask before this isolate is told that it enumerates. */
  readonly #enumeratorOpened = Promise.withResolvers<EnumeratorTask>()
  #incoming: IncomingStreams | null = null
  #committer: CommitterTask | null = null
  /** A promise, since the next command may come while it loads. */
  #loading: Promise<JobCode> | null = null
  #code: JobCode | undefined
  #grid: ClientSettings | undefined
  #failed = false

  constructor(host: Host, send: SendReport) {
    this.#send = send
    this.#environment = {
      host,
      report: (report) => this.#report(report),
      fail: (thrown, vertexName) => this.#fail(thrown, vertexName),
      signal: this.#cancellation.signal,
      code: () => this.#code,
      grid: () => this.#grid,
    }
  }

  handle(command: TaskCommand): void {
    this.#obey(command).catch((error: unknown) => this.#fail(error))
  }

  async #obey(command: TaskCommand): Promise<void> {
    if (this.#loading !== null && this.#code === undefined) await this.#loading
    switch (command.kind) {
      case 'loadCode':
        this.#loading = loadCode(this.#environment.host, command)
        this.#code = await this.#loading
        return this.#report({
          kind: 'codeLoaded',
          stages: this.#code.graph.stages.map(({ name }) => name),
        })
      case 'useGrid':
        this.#grid = command.settings
        return
      case 'describe':
        return this.#report({ kind: 'described', graph: this.#code!.graph })
      case 'load':
        await Promise.all(command.vertices.map(loadPlugin))
        return
      case 'prepare':
        return this.#prepare(command.execution, command.restoring)
      case 'listen':
        return this.#listen(command.tokens, command.exchange)
      case 'deployGroup':
        this.#group = new TaskGroup(this.#environment, command, this.#incoming)
        await this.#group.open()
        this.#report({ kind: 'deployed' })
        return this.#group.run()
      case 'deployEnumerator':
        this.#enumerator = EnumeratorTask.open(this.#environment, command)
        this.#enumeratorOpened.resolve(await this.#enumerator)
        return this.#report({ kind: 'deployed' })
      case 'deployCommitter': {
        const { execution, vertexId } = command
        this.#committer = await CommitterTask.open(this.#environment, execution, vertexId)
        return this.#report({ kind: 'deployed' })
      }
      case 'requestSplit':
        return (await this.#enumeratorOpened.promise).request(command.instance)
      case 'split':
        return this.#group?.grant(command.vertexId, command.split, command.savedId)
      case 'trigger':
        this.#group?.trigger(command.checkpointId)
        return (await this.#enumerator)?.snapshot(command.checkpointId)
      case 'completed':
        await this.#group?.completed(command.checkpointId)
        return (await this.#enumerator)?.completed(command.checkpointId)
      case 'commit':
        return this.#committer?.commit(command.checkpointId, command.infos)
      case 'abortOrphans':
        return this.#committer?.abortOrphans()
      case 'finish':
        return this.#committer?.finish()
      case 'chunkArrived':
        return this.#group?.chunkArrived(command.memory)
      case 'drain':
        return this.#group?.drain()
      case 'close':
        return this.#close(command.abort)
      default:
        return command satisfies never
    }
  }

  async #prepare(execution: Execution, restoring: boolean): Promise<void> {
    const printer = new Printer(this.#environment.report)
    const contextOf = (vertex: Vertex) =>
      connectorContext(this.#environment, printer, {
        execution,
        vertex,
        instance: 0,
        reject: ({ error }) => {
          throw error
        },
      })
    const tables = await prepareTask(execution, restoring, contextOf)
    printer.flush()
    this.#report({ kind: 'prepared', tables })
  }

  async #listen(tokens: readonly string[], exchange: ExchangePlace): Promise<void> {
    const { host, fail } = this.#environment
    const { IncomingStreams } = await import('./incomingStreams.ts')
    this.#incoming = await IncomingStreams.open(host, tokens, exchange, fail)
    this.#report({ kind: 'listening', address: this.#incoming.address })
  }

  async #close(abort: boolean): Promise<void> {
    if (abort) this.#cancellation.abort()
    this.#incoming?.close()
    await this.#group?.close(abort)
    const enumerator = await this.#enumerator?.catch(() => null)
    await enumerator?.close()
    await this.#committer?.close()
    this.#report({ kind: 'closed' })
  }

  #report(report: TaskReport): void {
    if (report.kind === 'stateChunk') this.#send(report, [report.chunk.buffer])
    else this.#send(report)
  }

  #fail(thrown: unknown, vertexName?: string): void {
    if (this.#failed) return
    this.#failed = true
    this.#report({ kind: 'failed', error: toTaskError(thrown, vertexName) })
  }
}
