import type { VertexProgress } from '../tasks/index.ts'
import type { Plan } from '../plan/index.ts'

/** Counts of a running job, summed over all instances. */
export interface JobProgress {
  readonly sourceRows: number
  readonly sourceBytes: number
  readonly sinkRows: number
  /** Rows of sinks up to the last completed checkpoint. */
  readonly committedRows: number
  readonly rejectedRows: number
  readonly splitsDone: number
  /** Undefined until a source has told how many there are. */
  readonly splitsFound: number | undefined
  readonly lastCheckpointId: number
  readonly vertices: readonly VertexCounts[]
}

export interface VertexCounts {
  readonly vertexId: number
  readonly rowCount: number
  readonly byteCount: number
}

interface GroupProgress {
  readonly vertices: readonly VertexProgress[]
  readonly rejectedCount: number
}

/** Keeps the last report of every group of a pipeline. */
export class ProgressBook {
  readonly #groups = new Map<number, GroupProgress>()
  readonly #splitsFound = new Map<number, number>()
  readonly #acknowledgedRows = new Map<number, number>()
  readonly #plan: Plan
  readonly #onChange: () => void
  #committedRows = 0
  #lastCheckpointId = 0

  constructor(plan: Plan, onChange: () => void) {
    this.#plan = plan
    this.#onChange = onChange
  }

  group(instance: number, vertices: readonly VertexProgress[], rejectedCount: number): void {
    this.#groups.set(instance, { vertices, rejectedCount })
    this.#onChange()
  }

  splitsFound(vertexId: number, splitCount: number): void {
    this.#splitsFound.set(vertexId, splitCount)
  }

  checkpointCompleted(checkpointId: number): void {
    this.#lastCheckpointId = checkpointId
    this.#committedRows = [...this.#acknowledgedRows.values()].reduce((sum, rows) => sum + rows, 0)
    this.#onChange()
  }

  /** A group has prepared its part of a checkpoint: the next commit makes its rows visible. */
  acknowledged(instance: number): void {
    const sinkRows = (this.#groups.get(instance)?.vertices ?? [])
      .filter((vertex) => this.#plan.vertices[vertex.vertexId]!.kind === 'sink')
      .reduce((sum, vertex) => sum + vertex.rowCount, 0)
    this.#acknowledgedRows.set(instance, sinkRows)
  }

  sum(): JobProgress {
    const counts = new Map<number, VertexCounts>()
    let [sourceRows, sourceBytes, sinkRows, splitsDone, rejectedRows] = [0, 0, 0, 0, 0]
    for (const group of this.#groups.values()) {
      rejectedRows += group.rejectedCount
      for (const { vertexId, rowCount, byteCount, splitsDone: done } of group.vertices) {
        const before = counts.get(vertexId) ?? { vertexId, rowCount: 0, byteCount: 0 }
        counts.set(vertexId, {
          vertexId,
          rowCount: before.rowCount + rowCount,
          byteCount: before.byteCount + byteCount,
        })
        splitsDone += done
        if (this.#plan.vertices[vertexId]!.kind === 'source') {
          sourceRows += rowCount
          sourceBytes += byteCount
        } else sinkRows += rowCount
      }
    }
    const found = [...this.#splitsFound.values()]
    return {
      sourceRows,
      sourceBytes,
      sinkRows,
      committedRows: this.#committedRows,
      rejectedRows,
      splitsDone,
      splitsFound: found.length === 0 ? undefined : found.reduce((sum, each) => sum + each, 0),
      lastCheckpointId: this.#lastCheckpointId,
      vertices: [...counts.values()],
    }
  }
}
