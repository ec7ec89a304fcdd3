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
  /** Those up to the last completed checkpoint: of a sink, what it has committed. */
  readonly completedRows: number
  readonly completedBytes: number
}

interface GroupProgress {
  readonly vertices: readonly VertexProgress[]
  readonly rejectedCount: number
}

/** Keeps the last report of every group of a pipeline. */
export class ProgressBook {
  readonly #groups = new Map<number, GroupProgress>()
  readonly #splitsFound = new Map<number, number>()
  /** What a group had counted when it prepared its part of the last checkpoint. */
  readonly #acknowledged = new Map<number, readonly VertexProgress[]>()
  /** By vertex: what it had counted at the last completed checkpoint. */
  readonly #completed = new Map<number, { rows: number; bytes: number }>()
  readonly #plan: Plan
  readonly #onChange: () => void
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
    this.#completed.clear()
    for (const { vertexId, rowCount, byteCount } of [...this.#acknowledged.values()].flat()) {
      const { rows, bytes } = this.#completed.get(vertexId) ?? { rows: 0, bytes: 0 }
      this.#completed.set(vertexId, { rows: rows + rowCount, bytes: bytes + byteCount })
    }
    this.#onChange()
  }

  /** A group has prepared its part of a checkpoint: the next commit makes its rows visible. */
  acknowledged(instance: number): void {
    this.#acknowledged.set(instance, this.#groups.get(instance)?.vertices ?? [])
  }

  sum(): JobProgress {
    const counts = new Map<number, VertexCounts>()
    let [sourceRows, sourceBytes, sinkRows, splitsDone, rejectedRows] = [0, 0, 0, 0, 0]
    for (const group of this.#groups.values()) {
      rejectedRows += group.rejectedCount
      for (const { vertexId, rowCount, byteCount, splitsDone: done } of group.vertices) {
        const before = counts.get(vertexId)
        const completed = this.#completed.get(vertexId)
        counts.set(vertexId, {
          vertexId,
          rowCount: (before?.rowCount ?? 0) + rowCount,
          byteCount: (before?.byteCount ?? 0) + byteCount,
          completedRows: completed?.rows ?? 0,
          completedBytes: completed?.bytes ?? 0,
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
      committedRows: this.#committedRows(),
      rejectedRows,
      splitsDone,
      splitsFound: found.length === 0 ? undefined : found.reduce((sum, each) => sum + each, 0),
      lastCheckpointId: this.#lastCheckpointId,
      vertices: [...counts.values()],
    }
  }

  #committedRows(): number {
    let sum = 0
    for (const [vertexId, { rows }] of this.#completed) {
      if (this.#plan.vertices[vertexId]!.kind === 'sink') sum += rows
    }
    return sum
  }
}
