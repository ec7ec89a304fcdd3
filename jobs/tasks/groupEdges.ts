import { assert } from '../../runtime/errors/index.ts'
import {
  RingReader,
  RingWriter,
  type EdgeReader,
  type EdgeWriter,
} from '../../runtime/exchange/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import {
  Emitter,
  ExchangeTarget,
  ReceiverNode,
  type Node,
  type Receiver,
  type Target,
} from '../../runtime/isolate/index.ts'
import { inputEdges, outputEdges, type Edge, type Vertex } from '../plan/index.ts'
import type { GroupDeployment } from './messages.ts'
import { partitionerOf } from './partitioners.ts'
import { EdgeTarget } from './edgeTarget.ts'
import type { IncomingStreams } from './incomingStreams.ts'
import { connectStream } from './outgoingStream.ts'

/**
 * How the nodes of one task group are joined. Inputs of a vertex are numbered by its edges in plan
 * order; a dead-letter sink has one more, the last.
 */
export class GroupEdges {
  readonly #deployment: GroupDeployment
  readonly #targets = new Map<number, Target>()
  readonly #wake: () => void
  readonly #incoming: IncomingStreams | null
  /** The edges to instances on other members, by edge and instance. */
  readonly #streams = new Map<string, EdgeWriter>()
  readonly #openEnds: (EdgeReader | EdgeWriter)[] = []

  constructor(deployment: GroupDeployment, incoming: IncomingStreams | null, wake: () => void) {
    this.#deployment = deployment
    this.#incoming = incoming
    this.#wake = wake
  }

  /** Connects to the groups on other members; rejects when one is not reached. */
  async connect(host: Host, fail: (error: Error) => void): Promise<void> {
    const { streams, instance, exchange } = this.#deployment
    await Promise.all(
      streams
        .filter((stream) => stream.from === instance)
        .map(async (stream) => {
          const writer = await connectStream(host, stream, exchange.tls, fail)
          this.#streams.set(`${stream.edgeIndex} ${stream.to}`, writer)
          this.#openEnds.push(writer)
        }),
    )
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
      if (edge.partitioning.kind !== 'forward') receivers.push(this.#exchange(edge))
      else if (this.#isHere(edge.to)) {
        receivers.push(this.#receiver(edge.to, this.#inputOf(edge, instance)))
      }
    }
    return new Emitter(receivers)
  }

  /** What brings rows from other groups. */
  receivers(): Node[] {
    const { instance, rings, streams } = this.#deployment
    const nodes = rings
      .filter((ring) => ring.to === instance)
      .map((ring) => this.#receiverNode(ring, new RingReader(ring.memory)))
    for (const stream of streams) {
      if (stream.to !== instance) continue
      assert(this.#incoming !== null, 'a group listens before it is deployed')
      nodes.push(this.#receiverNode(stream, this.#incoming.reader(stream.token)))
    }
    return nodes
  }

  close(): void {
    for (const end of this.#openEnds) end.close()
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
    reader.listen(this.#wake)
    this.#openEnds.push(reader)
    return new ReceiverNode(edge.to, reader, this.#receiver(edge.to, this.#inputOf(edge, from)))
  }

  /** Sends to this group's own instance directly, to the others through rings or streams. */
  #exchange(edge: Edge): Receiver {
    const { execution, instance } = this.#deployment
    const { parallelism } = execution.plan.vertices[edge.to]!
    const receivers = Array.from({ length: parallelism }, (_, to): Receiver => {
      if (to === instance) return this.#receiver(edge.to, this.#inputOf(edge, instance))
      const writer = this.#writer(execution.plan.edges.indexOf(edge), to)
      writer.listen(this.#wake)
      return { target: new EdgeTarget(writer), input: 0 }
    })
    const partitioner = partitionerOf(edge.partitioning, parallelism)
    return { target: new ExchangeTarget(partitioner, receivers), input: 0 }
  }

  #writer(edgeIndex: number, to: number): EdgeWriter {
    const { instance, rings } = this.#deployment
    const stream = this.#streams.get(`${edgeIndex} ${to}`)
    if (stream !== undefined) return stream
    const ring = rings.find(
      (each) => each.edgeIndex === edgeIndex && each.from === instance && each.to === to,
    )
    assert(ring !== undefined, 'there is a way to each other instance')
    const writer = new RingWriter(ring.memory)
    this.#openEnds.push(writer)
    return writer
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
