import {
  BoundedOutlet,
  Loop,
  OperatorNode,
  SinkNode,
  SourceNode,
  type Acknowledge,
  type Node,
} from '../../runtime/isolate/index.ts'
import { unpackEntries, type Operator } from '../../runtime/operators/index.ts'
import type { SinkWriter, SourceReader, Split } from '../connectors/index.ts'
import type { Vertex } from '../plan/index.ts'
import { DeadLetters } from './deadLetters.ts'
import { GroupEdges } from './groupEdges.ts'
import { GroupSnapshot } from './groupSnapshot.ts'
import type { IncomingStreams } from './incomingStreams.ts'
import type { GroupDeployment, SinkState, VertexProgress } from './messages.ts'
import { PacedReport } from './pacedReport.ts'
import { loadSink, loadSource, loadTransform } from './plugins.ts'
import { QuietMemory } from './quietMemory.ts'
import { SplitSource } from './splitSource.ts'
import { connectorContext, Printer, type TaskEnvironment } from './taskContext.ts'
import { writerSink } from './writerSink.ts'

interface SourceParts {
  readonly node: SourceNode
  readonly splits: SplitSource
  readonly reader: SourceReader
}

interface SinkParts {
  readonly node: SinkNode
  readonly writer: SinkWriter
}

interface HeldGrant {
  readonly vertexId: number
  readonly split: Split | null
  readonly savedId: number
}

/** One instance of every vertex of a pipeline, in one isolate: the unit of parallelism. */
export class TaskGroup {
  readonly #environment: TaskEnvironment
  readonly #deployment: GroupDeployment
  readonly #printer: Printer
  readonly #edges: GroupEdges
  readonly #deadLetters: DeadLetters
  readonly #sources = new Map<number, SourceParts>()
  readonly #sinks: SinkParts[] = []
  readonly #nodes: Node[] = []
  readonly #loop: Loop
  readonly #outlet: BoundedOutlet
  readonly #quietMemory: QuietMemory
  readonly #progress: PacedReport
  #snapshot: GroupSnapshot | null = null
  #triggeredId = 0
  readonly #heldGrants: HeldGrant[] = []
  #drainedReported = false

  constructor(
    environment: TaskEnvironment,
    deployment: GroupDeployment,
    incoming: IncomingStreams | null,
  ) {
    this.#environment = environment
    this.#deployment = deployment
    this.#printer = new Printer(environment.report)
    this.#edges = new GroupEdges(deployment, incoming, () => this.wake())
    this.#deadLetters = new DeadLetters(environment, deployment.execution, () => this.#readCount())
    this.#outlet = new BoundedOutlet({
      clock: environment.host.clock,
      givesWayMs: deployment.execution.statesGiveWayMs,
      send: (checkpointId, vertexId, chunk) =>
        environment.report({ kind: 'stateChunk', checkpointId, vertexId, chunk }),
      wake: () => this.wake(),
    })
    this.#quietMemory = new QuietMemory(environment.host, () => this.#movedCount())
    this.#progress = new PacedReport(environment.host.clock, () => this.#reportProgress())
    this.#loop = new Loop({
      nodes: this.#nodes,
      clock: environment.host.clock,
      onIdle: () => this.#onIdle(),
      onSlice: () => this.#progress.soon(),
    })
  }

  /** Makes and opens all nodes, sinks first, so that each has somewhere to put its rows. */
  async open(): Promise<void> {
    const { host, fail } = this.#environment
    await this.#edges.connect(host, (error) => fail(error))
    for (const vertex of this.#edges.verticesSinksFirst()) await this.#openVertex(vertex)
    const deadLetterNode = this.#deadLetters.createNode({
      edges: this.#edges,
      acknowledge: this.#acknowledge,
      nodes: [...this.#nodes],
      acknowledgedCount: (checkpointId) => this.#snapshot?.countOf(checkpointId) ?? 0,
    })
    if (deadLetterNode !== null) this.#nodes.push(deadLetterNode)
    this.#snapshot = new GroupSnapshot(this.#nodes.length, (checkpointId, states) => {
      this.#progress.now()
      this.#environment.report({ kind: 'acknowledged', checkpointId, states })
    })
    this.#nodes.push(...this.#edges.receivers())
  }

  /** Runs until `stop`; rejects with what a node throws, and has told before how far it came. */
  async run(): Promise<void> {
    try {
      await this.#loop.run()
    } catch (thrown) {
      this.#progress.now()
      throw thrown
    }
  }

  wake(): void {
    this.#loop.wake()
  }

  /**
   * Takes a split. One that was granted after the enumerator saved a checkpoint waits until the
   * group is triggered for it: then it goes behind the barrier.
   */
  grant(vertexId: number, split: Split | null, savedId: number): void {
    if (savedId > this.#triggeredId) this.#heldGrants.push({ vertexId, split, savedId })
    else this.#grantNow(vertexId, split)
  }

  trigger(checkpointId: number): void {
    this.#triggeredId = checkpointId
    for (const node of this.#nodes) node.trigger(checkpointId)
    for (const held of this.#heldGrants.splice(0)) {
      this.grant(held.vertexId, held.split, held.savedId)
    }
    this.wake()
  }

  /** A chunk of a state is out of the way. */
  chunkArrived(memory: ArrayBuffer | null): void {
    this.#outlet.arrived(memory)
    this.wake()
  }

  /** Stops reading; rows that were read go on to the sinks. */
  drain(): void {
    for (const source of this.#sources.values()) source.node.drain()
  }

  async completed(checkpointId: number): Promise<void> {
    for (const { reader } of this.#sources.values())
      await reader.checkpointCompleted?.(checkpointId)
  }

  async close(abort: boolean): Promise<void> {
    this.#loop.stop()
    this.#outlet.close()
    this.#progress.close()
    this.#quietMemory.close()
    this.#edges.close()
    for (const { reader } of this.#sources.values()) await reader.close()
    for (const { writer } of this.#sinks) {
      if (abort) await writer.abort?.()
      await writer.close()
    }
    this.#printer.flush()
  }

  #grantNow(vertexId: number, split: Split | null): void {
    const source = this.#sources.get(vertexId)
    source?.node.change(() => source.splits.grant(split))
  }

  readonly #acknowledge: Acknowledge = (checkpointId, vertexId, state) => {
    this.#snapshot!.add(checkpointId, vertexId, state)
    this.wake()
  }

  async #openVertex(vertex: Vertex): Promise<void> {
    switch (vertex.kind) {
      case 'source':
        return this.#openSource(vertex)
      case 'transform':
        return this.#openTransform(vertex)
      case 'sink':
        return this.#openSink(vertex)
      default:
        return vertex.kind satisfies never
    }
  }

  async #openSource(vertex: Vertex): Promise<void> {
    const { execution, instance } = this.#deployment
    const source = await loadSource(vertex)
    const tables = execution.tables[vertex.id]!.output
    const reader = source.createReader(vertex.options, tables, this.#context(vertex))
    await reader.open()
    const splits = new SplitSource(reader, () =>
      this.#environment.report({ kind: 'requestSplit', vertexId: vertex.id, instance }),
    )
    const node = new SourceNode({
      ...this.#nodeOptions(vertex),
      source: splits,
      emitter: this.#edges.emitter(vertex.id),
      clock: this.#environment.host.clock,
      rateLimit: execution.rateLimit,
      mayRead: () => !this.#deadLetters.full,
    })
    this.#sources.set(vertex.id, { node, splits, reader })
    this.#nodes.push(node)
  }

  async #openTransform(vertex: Vertex): Promise<void> {
    const transform = await loadTransform(vertex)
    const failures = {
      reject: this.#deadLetters.rejectRow(vertex),
      countSkipped: this.#deadLetters.countSkipped,
    }
    const { host } = this.#environment
    const transformHost = { clock: host.clock, random: host.random, code: this.#environment.code() }
    const rowOperator = async (): Promise<Operator> => {
      const { TransformOperator } = await import('./transformOperator.ts')
      return new TransformOperator(transform, vertex, transformHost, failures)
    }
    const operator =
      transform.createOperator?.(vertex.options as never, transformHost) ?? (await rowOperator())
    operator.restore?.(unpackEntries(this.#restoredStates(vertex.id) as readonly Uint8Array[]))
    const node = new OperatorNode({
      ...this.#nodeOptions(vertex),
      operator,
      inputCount: this.#edges.inputCount(vertex.id),
      emitter: this.#edges.emitter(vertex.id),
      exactlyOnce: this.#deployment.execution.exactlyOnce,
      outlet: this.#outlet,
    })
    this.#edges.addTarget(vertex.id, node)
    this.#nodes.push(node)
  }

  async #openSink(vertex: Vertex): Promise<void> {
    const { execution } = this.#deployment
    const sink = await loadSink(vertex)
    const tables = execution.tables[vertex.id]!.input
    const writer = sink.createWriter(vertex.options, tables, this.#context(vertex))
    const restored = this.#restoredStates(vertex.id) as SinkState[]
    await writer.open(restored.flatMap((state) => state.writer))
    const node = new SinkNode({
      ...this.#nodeOptions(vertex),
      sink: writerSink(writer),
      inputCount: this.#edges.inputCount(vertex.id),
      exactlyOnce: execution.exactlyOnce,
    })
    this.#sinks.push({ node, writer })
    this.#edges.addTarget(vertex.id, node)
    this.#nodes.push(node)
  }

  #nodeOptions(vertex: Vertex) {
    return {
      vertexId: vertex.id,
      acknowledge: this.#acknowledge,
      wake: () => this.wake(),
      fail: (error: unknown) => this.#environment.fail(error, vertex.name),
    }
  }

  #context(vertex: Vertex) {
    const { execution, instance } = this.#deployment
    const reject = this.#deadLetters.reject(vertex)
    return connectorContext(this.#environment, this.#printer, {
      execution,
      vertex,
      instance,
      reject,
    })
  }

  #restoredStates(vertexId: number): readonly unknown[] {
    return this.#deployment.restored.find((each) => each.vertexId === vertexId)?.states ?? []
  }

  #onIdle(): void {
    const rowsWait = [...this.#sources.values()].some(({ node }) => !node.isWaiting)
    if (!rowsWait && this.#outlet.release()) this.wake()
    for (const { node } of this.#sinks) node.flush()
    this.#printer.flush()
    this.#progress.soon()
    this.#quietMemory.idle()
    if (this.#drainedReported || !this.#nodes.every((node) => node.done)) return
    this.#drainedReported = true
    this.#progress.now()
    if (!this.#isWithinBudget()) return
    this.#environment.report({ kind: 'drained' })
  }

  /** The share of rejected rows is exact only now; nothing of it is committed yet. */
  #isWithinBudget(): boolean {
    try {
      this.#deadLetters.checkAtEnd()
      return true
    } catch (thrown) {
      this.#environment.fail(thrown)
      return false
    }
  }

  #readCount(): number {
    let sum = 0
    for (const { node } of this.#sources.values()) sum += node.rowCount
    return sum
  }

  #movedCount(): number {
    let sum = this.#readCount()
    for (const { node } of this.#sinks) sum += node.rowCount
    return sum
  }

  #reportProgress(): void {
    this.#printer.flush()
    const vertices: VertexProgress[] = []
    for (const [vertexId, { node, splits }] of this.#sources) {
      const { rowCount, byteCount } = node
      vertices.push({ vertexId, rowCount, byteCount, splitsDone: splits.splitsDone })
    }
    for (const { node } of this.#sinks) {
      const { vertexId, rowCount, byteCount } = node
      vertices.push({ vertexId, rowCount, byteCount, splitsDone: 0 })
    }
    const rejectedCount = this.#deadLetters.failedCount
    this.#environment.report({ kind: 'progress', vertices, rejectedCount })
  }
}
