import { assert } from '../../runtime/errors/index.ts'
import {
  RingReader,
  RingWriter,
  type EdgeReader,
  type EdgeWriter,
} from '../../runtime/exchange/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { ExchangeTarget, type Receiver, type Target } from '../../runtime/isolate/index.ts'
import type { Edge } from '../plan/index.ts'
import { EdgeTarget } from './edgeTarget.ts'
import type { IncomingStreams } from './incomingStreams.ts'
import type { GroupDeployment, RingEdge, StreamEdge } from './messages.ts'
import { connectStream } from './outgoingStream.ts'
import { partitionerOf } from './partitioners.ts'

/** The ways of one task group to the others: rings on this member, streams to other members. */
export class GroupExchange {
  readonly #deployment: GroupDeployment
  readonly #incoming: IncomingStreams | null
  readonly #wake: () => void
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

  /** What spreads rows over the instances of an edge; `own` is the one in this group. */
  target({ partitioning, to }: Edge, edgeIndex: number, own: () => Receiver): Target {
    const { execution, instance } = this.#deployment
    const { parallelism } = execution.plan.vertices[to]!
    const receivers = Array.from({ length: parallelism }, (_, each): Receiver => {
      if (each === instance) return own()
      const writer = this.#writer(edgeIndex, each)
      writer.listen(this.#wake)
      return { target: new EdgeTarget(writer), input: 0 }
    })
    return new ExchangeTarget(partitionerOf(partitioning, parallelism), receivers)
  }

  ringReader({ memory }: RingEdge): EdgeReader {
    return this.#listening(new RingReader(memory))
  }

  streamReader({ token }: StreamEdge): EdgeReader {
    assert(this.#incoming !== null, 'a group listens before it is deployed')
    return this.#listening(this.#incoming.reader(token))
  }

  close(): void {
    for (const end of this.#openEnds) end.close()
  }

  #listening(reader: EdgeReader): EdgeReader {
    reader.listen(this.#wake)
    this.#openEnds.push(reader)
    return reader
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
}
