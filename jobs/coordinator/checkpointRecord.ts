import type { JsonValue } from '../../runtime/config/index.ts'
import { instanceOf } from '../../runtime/exchange/index.ts'
import { packEntries, unpackEntries, type StateEntry } from '../../runtime/operators/index.ts'
import type { CommitInfo, Split } from '../connectors/index.ts'
import type { Plan, VertexKind } from '../plan/index.ts'
import type { RestoredVertex, SinkState } from '../tasks/index.ts'

/** What tells that an operator of a changed job is the one that saved a state. */
export interface OperatorIdentity {
  readonly vertexId: number
  readonly kind: VertexKind
  readonly plugin: string
  /** `Source[0]-FakeSource`: the place among its kind. */
  readonly name: string
  readonly input: readonly string[]
  readonly output: string | null
}

export const operatorsOf = (plan: Plan, vertexIds: readonly number[]): OperatorIdentity[] =>
  vertexIds.map((vertexId) => {
    const { kind, plugin, name, input, output } = plan.vertices[vertexId]!
    return { vertexId, kind, plugin, name, input, output }
  })

/** All that a pipeline needs to go on from a checkpoint. */
export interface CheckpointRecord {
  readonly jobId: string
  readonly pipelineId: number
  readonly checkpointId: number
  readonly takenAtMs: number
  /** The pipeline had ended by itself: nothing but the commit is left to do. */
  readonly ended: boolean
  /** Who saved; without it the vertices are those of the job as it is. */
  readonly operators?: readonly OperatorIdentity[]
  readonly enumerators: { readonly [vertexId: number]: JsonValue }
  /** What each instance of a vertex saved, by vertex id; of an operator its entries in chunks. */
  readonly vertices: { readonly [vertexId: number]: readonly unknown[] }
}

/** What the sinks have prepared but perhaps not committed, by vertex id. */
export const commitInfosOf = (record: CheckpointRecord, vertexId: number): CommitInfo[] =>
  (record.vertices[vertexId] ?? []).flatMap((state) => [
    ...((state as SinkState | null)?.infos ?? []),
  ])

/** The splits that readers of a source had begun. */
export const begunSplitsOf = (record: CheckpointRecord, vertexId: number): Split[] =>
  (record.vertices[vertexId] ?? []).filter((split) => split !== null) as Split[]

/**
 * What one instance of each vertex gets back, at any parallelism: a sink the states of the former
 * instances i with i modulo P its own number, an operator the entries of the keys that are its own
 * now, and those without a key.
 */
export const restoredFor = (
  record: CheckpointRecord,
  plan: Plan,
  vertexIds: readonly number[],
  instance: number,
): RestoredVertex[] =>
  vertexIds.flatMap((vertexId) => {
    const { kind, parallelism } = plan.vertices[vertexId]!
    const states = record.vertices[vertexId] ?? []
    switch (kind) {
      case 'source':
        return []
      case 'sink':
        return [{ vertexId, states: states.filter((_, i) => i % parallelism === instance) }]
      case 'transform':
        return [{ vertexId, states: packEntries(ownEntries(states, instance, parallelism)) }]
      default:
        return kind satisfies never
    }
  })

function* ownEntries(
  states: readonly unknown[],
  instance: number,
  parallelism: number,
): Iterable<StateEntry> {
  const chunks = (states as (readonly Uint8Array[] | null)[]).flatMap((each) => each ?? [])
  for (const entry of unpackEntries(chunks)) {
    const { keyHash } = entry
    if (keyHash === null || instanceOf(keyHash, parallelism) === instance) yield entry
  }
}
