/** Collects what the nodes of a group save at a checkpoint until all have. */
export class GroupSnapshot {
  readonly #nodeCount: number
  readonly #onComplete: (checkpointId: number, states: { [vertexId: number]: unknown }) => void
  #checkpointId = -1
  #states: { [vertexId: number]: unknown } = {}
  #count = 0

  constructor(
    nodeCount: number,
    onComplete: (checkpointId: number, states: { [vertexId: number]: unknown }) => void,
  ) {
    this.#nodeCount = nodeCount
    this.#onComplete = onComplete
  }

  add(checkpointId: number, vertexId: number, state: unknown): void {
    if (checkpointId < this.#checkpointId) return
    if (checkpointId > this.#checkpointId) {
      this.#checkpointId = checkpointId
      this.#states = {}
      this.#count = 0
    }
    this.#states[vertexId] = state
    this.#count += 1
    if (this.#count === this.#nodeCount) this.#onComplete(checkpointId, this.#states)
  }

  /** How many nodes have acknowledged the checkpoint. */
  countOf(checkpointId: number): number {
    return checkpointId === this.#checkpointId ? this.#count : 0
  }
}
