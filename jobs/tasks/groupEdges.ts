import { assert } from '../../runtime/errors/index.ts'
import { Emitter, type Node, type Receiver, type Target } from '../../runtime/isolate/index.ts'
import { inputEdges, outputEdges, type Edge, type Vertex } from '../plan/index.ts'
import type { GroupDeployment } from './messages.ts'

/**
 * How the nodes of one task group are joined. Inputs of a vertex are numbered by its edges in plan
 * order; a dead-letter sink has one more, the last.
 */
export class GroupEdges {
  readonly #deployment: GroupDeployment
  readonly #targets = new Map<number, Target>()
  readonly #wake: () => void

  constructor(deployment: GroupDeployment, wake: () => void) {
    this.#deployment = deployment
    this.#wake = wake
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
    const { plan } = this.#deployment.execution
    const edges = outputEdges(plan, vertexId).filter((edge) => this.#isHere(edge.to))
    return new Emitter(
      edges.map((edge) => this.#receiver(edge.to, this.#inputs(edge.to).indexOf(edge))),
    )
  }

  /** What brings rows from other groups. */
  receivers(): Node[] {
    return []
  }

  /** The sinks that read what the dead-letter policy routes. */
  deadLetterSinks(): number[] {
    const { plan, vertexIds } = this.#deployment.execution
    const { mode, output } = plan.env.deadLetters
    if (mode !== 'ROUTE' || output === undefined) return []
    return vertexIds.filter((id) => plan.vertices[id]!.input.includes(output) && this.#isHere(id))
  }

  #inputs(vertexId: number): Edge[] {
    return inputEdges(this.#deployment.execution.plan, vertexId).filter((edge) =>
      this.#isHere(edge.from),
    )
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
