import type { CheckpointRecord, OperatorIdentity } from '../../coordinator/index.ts'
import { operatorsOf } from '../../coordinator/index.ts'
import { pipelinesOf, type Plan } from '../../plan/index.ts'

export interface MappedCheckpoints {
  /** What each pipeline of the plan starts from; none for one of which nothing was saved. */
  readonly byPipeline: ReadonlyMap<number, CheckpointRecord>
  /** The names of operators whose state no operator of the plan takes. */
  readonly orphans: readonly string[]
}

/** An operator that saved, with the checkpoint that holds its state. */
interface Saved {
  readonly operator: OperatorIdentity
  readonly record: CheckpointRecord
}

type Fits = (saved: OperatorIdentity, present: OperatorIdentity) => boolean

const isSamePlugin: Fits = (saved, present) =>
  saved.kind === present.kind && saved.plugin === present.plugin

const hasSameName: Fits = (saved, present) => saved.name === present.name

/** By what the user called it: its output, or, of a sink, what it reads. */
const hasSameLabel: Fits = (saved, present) =>
  present.kind === 'sink'
    ? present.input.length > 0 && present.input.join('\n') === saved.input.join('\n')
    : present.output !== null && present.output === saved.output

/** The surest first: a name counts places, and those move when a plugin is put before. */
const RULES: readonly Fits[] = [
  (saved, present) => hasSameLabel(saved, present) && hasSameName(saved, present),
  hasSameLabel,
  hasSameName,
]

/**
 * Gives the state in `records`, the last checkpoints of the pipelines of a job, to the operators of a
 * plan, also where that has changed: an operator is the one with the same plugin and the same label,
 * or else the same place.
 */
export const mapCheckpoints = (
  records: readonly CheckpointRecord[],
  jobId: string,
  plan: Plan,
): MappedCheckpoints => {
  const all = plan.vertices.map(({ id }) => id)
  const present = operatorsOf(plan, all)
  const saved = records.flatMap((record) =>
    (record.operators ?? present.filter(({ vertexId }) => hasState(record, vertexId))).map(
      (operator): Saved => ({ operator, record }),
    ),
  )
  const found = new Map<number, Saved>()
  const left = new Set(saved)
  for (const rule of RULES) {
    for (const each of present) {
      if (found.has(each.vertexId)) continue
      const match = [...left].find(
        ({ operator }) => isSamePlugin(operator, each) && rule(operator, each),
      )
      if (match === undefined) continue
      found.set(each.vertexId, match)
      left.delete(match)
    }
  }
  return {
    byPipeline: new Map(
      pipelinesOf(plan).flatMap((vertexIds, index) => {
        const record = merged(found, vertexIds, { jobId, pipelineId: index + 1, plan })
        return record === undefined ? [] : [[index + 1, record]]
      }),
    ),
    orphans: [...left]
      .filter(({ operator, record }) => hasState(record, operator.vertexId))
      .map(({ operator }) => operator.name),
  }
}

const isEmpty = (state: unknown): boolean => {
  if (state === null || state === undefined) return true
  if (Array.isArray(state)) return state.length === 0
  if (typeof state !== 'object' || state instanceof Uint8Array) return false
  const { writer, infos, ...others } = state as { writer?: unknown; infos?: unknown }
  return Object.keys(others).length === 0 && isEmpty(writer) && isEmpty(infos)
}

const hasState = (record: CheckpointRecord, vertexId: number): boolean =>
  record.enumerators[vertexId] !== undefined ||
  (record.vertices[vertexId] ?? []).some((state) => !isEmpty(state))

const merged = (
  found: ReadonlyMap<number, Saved>,
  vertexIds: readonly number[],
  target: { readonly jobId: string; readonly pipelineId: number; readonly plan: Plan },
): CheckpointRecord | undefined => {
  const { jobId, pipelineId, plan } = target
  const records = new Set(vertexIds.flatMap((id) => found.get(id)?.record ?? []))
  if (records.size === 0) return undefined
  const enumerators: { [vertexId: number]: CheckpointRecord['enumerators'][number] } = {}
  const vertices: { [vertexId: number]: readonly unknown[] } = {}
  for (const id of vertexIds) {
    const saved = found.get(id)
    vertices[id] = saved?.record.vertices[saved.operator.vertexId] ?? []
    const state = saved?.record.enumerators[saved.operator.vertexId]
    if (state !== undefined) enumerators[id] = state
  }
  const all = [...records]
  return {
    jobId,
    pipelineId,
    checkpointId: Math.max(...all.map(({ checkpointId }) => checkpointId)),
    takenAtMs: Math.max(...all.map(({ takenAtMs }) => takenAtMs)),
    ended: all.every(({ ended }) => ended) && vertexIds.every((id) => found.has(id)),
    operators: operatorsOf(plan, vertexIds),
    enumerators,
    vertices,
  }
}
