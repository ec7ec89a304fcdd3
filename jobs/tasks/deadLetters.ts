import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import { Emitter, type Acknowledge, type Node } from '../../runtime/isolate/index.ts'
import { rowText } from '../../runtime/rows/index.ts'
import type { RejectedRow } from '../connectors/index.ts'
import { createBudget, deadLetterRow, deadLetterTable, type Budget } from '../deadletters/index.ts'
import type { Vertex } from '../plan/index.ts'
import type { RejectRow } from '../transforms/index.ts'
import { DeadLetterNode } from './deadLetterNode.ts'
import type { GroupEdges } from './groupEdges.ts'
import type { Execution } from './messages.ts'
import type { TaskEnvironment } from './taskContext.ts'

export interface DeadLetterWiring {
  readonly edges: GroupEdges
  readonly acknowledge: Acknowledge
  /** All other nodes of the group. */
  readonly nodes: readonly Node[]
  /** How many nodes of the group have acknowledged a checkpoint. */
  readonly acknowledgedCount: (checkpointId: number) => number
}

/** Does with the rows that a group cannot handle what the job's policy says. */
export class DeadLetters {
  readonly #environment: TaskEnvironment
  readonly #execution: Execution
  readonly #budget: Budget
  readonly #readCount: () => number
  #node: DeadLetterNode | null = null
  #rejectedCount = 0
  /** Those of them that no source has counted as read. */
  #unreadCount = 0
  #skippedCount = 0

  constructor(environment: TaskEnvironment, execution: Execution, readCount: () => number) {
    this.#environment = environment
    this.#execution = execution
    this.#readCount = readCount
    this.#budget = createBudget(execution.plan.env.deadLetters)
  }

  /** All rows that went nowhere: what the job's policy took, and what transforms skip themselves. */
  get failedCount(): number {
    return this.#rejectedCount + this.#skippedCount
  }

  readonly countSkipped = (rowCount: number): void => {
    this.#skippedCount += rowCount
  }

  /** Called when all rows of the group are through. Throws ENG-003 like a rejected row does. */
  checkAtEnd(): void {
    this.#budget.checkAtEnd(this.#rejectedCount, this.#seenCount())
  }

  /** So many rows wait for their sink that nothing more shall be read. */
  get full(): boolean {
    return this.#node?.full ?? false
  }

  /** The node that feeds the dead-letter sinks; null when the policy has none. */
  createNode(wiring: DeadLetterWiring): DeadLetterNode | null {
    const { mode, output } = this.#execution.plan.env.deadLetters
    if (mode !== 'ROUTE' || output === undefined) return null
    const { edges, nodes } = wiring
    const sinkIds = edges.deadLetterSinks()
    const upstream = nodes.filter((node) => !sinkIds.includes(node.vertexId))
    this.#node = new DeadLetterNode({
      vertexId: this.#execution.plan.vertices.length,
      table: deadLetterTable(output),
      emitter: new Emitter(sinkIds.map((id) => edges.lastInput(id))),
      acknowledge: wiring.acknowledge,
      othersAcknowledged: (checkpointId) =>
        wiring.acknowledgedCount(checkpointId) >= upstream.length,
      othersDone: () => upstream.every((node) => node.done),
    })
    return this.#node
  }

  reject(vertex: Vertex): (row: RejectedRow) => void {
    return (rejected) => this.#add(vertex, rejected)
  }

  rejectRow(vertex: Vertex): RejectRow {
    return (batch, row, error) => {
      const { path } = batch.table
      this.#add(vertex, { row: rowText(batch, row), error, place: path, table: path })
    }
  }

  /** Rows that the group has read, good or bad. */
  #seenCount(): number {
    return this.#readCount() + this.#unreadCount
  }

  #add(vertex: Vertex, rejected: RejectedRow): void {
    const { error, place } = rejected
    const policy = this.#execution.plan.env.deadLetters
    if (policy.mode === 'FAIL') throw placed(error, place)
    this.#rejectedCount += 1
    if (vertex.kind === 'source') this.#unreadCount += 1
    this.#budget.spend(this.#rejectedCount, this.#seenCount())
    if (this.#node === null) {
      const message = `${vertex.name}: skipped a row of ${place}: ${messageOf(error)}`
      if (this.#rejectedCount <= loggedMax) {
        this.#environment.report({ kind: 'log', level: 'warn', message })
      }
      return
    }
    const timeMs = this.#environment.host.clock.now()
    this.#node.add(deadLetterRow({ ...rejected, vertexName: vertex.name, timeMs }))
  }
}

/** How many skipped rows are written to the log one by one. */
const loggedMax = 100

const placed = (error: Error, place: string): Error =>
  error instanceof EngineError && error.at === undefined
    ? new EngineError(error.code, `${error.message} (${place})`, { cause: error })
    : error
