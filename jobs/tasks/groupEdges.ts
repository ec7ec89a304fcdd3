import { assert } from '../../runtime/errors/index.ts'
import type { EdgeReader } from '../../runtime/exchange/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import {
  Emitter,
  ReceiverNode,
  type Node,
  type Receiver,
  type Target,
} from '../../runtime/isolate/index.ts'
import { inputEdges, outputEdges, type Edge, type Vertex } from '../plan/index.ts'
import type { GroupExchange } from './groupExchange.ts'
import type { IncomingStreams } from './incomingStreams.ts'
import type { GroupDeployment } from './messages.ts'

/**
 * How the nodes of one task group are joined. Inputs of a vertex are numbered by its edges in plan
 * order; a dead-letter sink has one more, the last.
 */
export class GroupEdges {
  readonly #deployment: GroupDeployment
  readonly #targets = new Map<number, Target>()
  readonly #wake: () => void
  readonly #incoming: IncomingStreams | null
  /** Null where all rows stay in this group. */
  #exchange: GroupExchange | null = null

  constructor(deployment: GroupDeployment, incoming: IncomingStreams | null, wake: () => void) {
    this.#deployment = deployment
    this.#incoming = incoming
    this.#wake = wake
  }

  /**
   * Connects to other groups; rejects when one is not reached. The exchange is loaded only where an
   * edge needs it: it takes over a megabyte of an isolate.
   */
  async connect(host: Host, fail: (error: Error) => void): Promise<void> {
    const { plan, vertexIds } = this.#deployment.execution
    const edges = vertexIds.flatMap((id) => outputEdges(plan, id))
    if (edges.every(({ partitioning }) => partitioning.kind === 'forward')) return
    const { GroupExchange } = await import('./groupExchange.ts')
    this.#exchange = new GroupExchange(this.#deployment, this.#incoming, this.#wake)
    await this.#exchange.connect(host, fail)
  }

  /** The vertices that have this instance, each after all that it writes to. */
  verticesSinksFirst(): Vertex[] {
    const order: Vertex[] = []
    const { plan, vertexIds } = this.#deployment.execution
    const visit = (id: number): void => {
      if (order.some((vertex) => vertex.id === id)) return
      for (const edge of outputEdges(plan, id)) visit(edge.to)
      if (this.#isHere(id)) order.push(plan.vertices[id]!)
    }
    for (const id of vertexIds) visit(id)
    return order
  }

  addTarget(vertexId: number, target: Target): void {
    this.#targets.set(vertexId, target)
  }

  inputCount(vertexId: number): number {
    return this.#inputs(vertexId).length + (this.deadLetterSinks().includes(vertexId) ? 1 : 0)
  }

  /** Where dead letters enter a sink that takes them. */
  lastInput(vertexId: number): Receiver {
    return this.#receiver(vertexId, this.inputCount(vertexId) - 1)
  }

  emitter(vertexId: number): Emitter {
    const { execution, instance } = this.#deployment
    const receivers: Receiver[] = []
    for (const edge of outputEdges(execution.plan, vertexId)) {
      if (edge.partitioning.kind !== 'forward') receivers.push(this.#exchanged(edge))
      else if (this.#isHere(edge.to)) {
        receivers.push(this.#receiver(edge.to, this.#inputOf(edge, instance)))
      }
    }
    return new Emitter(receivers)
  }

  /** What brings rows from other groups. */
  receivers(): Node[] {
    const exchange = this.#exchange
    if (exchange === null) return []
    const { instance, rings, streams } = this.#deployment
    return [
      ...rings
        .filter(({ to }) => to === instance)
        .map((ring) => this.#receiverNode(ring, exchange.ringReader(ring))),
      ...streams
        .filter(({ to }) => to === instance)
        .map((stream) => this.#receiverNode(stream, exchange.streamReader(stream))),
    ]
  }

  close(): void {
    this.#exchange?.close()
  }

  /** The sinks that read what the dead-letter policy routes. */
  deadLetterSinks(): number[] {
    const { plan, vertexIds } = this.#deployment.execution
    const { mode, output } = plan.env.deadLetters
    if (mode !== 'ROUTE' || output === undefined) return []
    return vertexIds.filter((id) => plan.vertices[id]!.input.includes(output) && this.#isHere(id))
  }

  #receiverNode(
    { edgeIndex, from }: { readonly edgeIndex: number; readonly from: number },
    reader: EdgeReader,
  ): ReceiverNode {
    const edge = this.#deployment.execution.plan.edges[edgeIndex]!
    return new ReceiverNode(edge.to, reader, this.#receiver(edge.to, this.#inputOf(edge, from)))
  }

  /** Sends to this group's own instance directly, to the others through the exchange. */
  #exchanged(edge: Edge): Receiver {
    assert(this.#exchange !== null, 'a group is connected before its nodes are made')
    const { execution, instance } = this.#deployment
    const own = (): Receiver => this.#receiver(edge.to, this.#inputOf(edge, instance))
    const edgeIndex = execution.plan.edges.indexOf(edge)
    return { target: this.#exchange.target(edge, edgeIndex, own), input: 0 }
  }

  /** The inputs of a vertex: for each edge, the instances that write to this one. */
  #inputs(vertexId: number): { readonly edge: Edge; readonly from: number }[] {
    const { execution, instance } = this.#deployment
    return inputEdges(execution.plan, vertexId).flatMap((edge) => {
      const { parallelism } = execution.plan.vertices[edge.from]!
      const all = Array.from({ length: parallelism }, (_, from) => ({ edge, from }))
      return edge.partitioning.kind === 'forward'
        ? all.filter(({ from }) => from === instance)
        : all
    })
  }

  #inputOf(edge: Edge, from: number): number {
    return this.#inputs(edge.to).findIndex((input) => input.edge === edge && input.from === from)
  }

  #receiver(vertexId: number, input: number): Receiver {
    const target = this.#targets.get(vertexId)
    assert(target !== undefined, 'a target is made before what writes to it')
    return { target, input }
  }

  #isHere(vertexId: number): boolean {
    const { execution, instance } = this.#deployment
    return instance < execution.plan.vertices[vertexId]!.parallelism
  }
}
