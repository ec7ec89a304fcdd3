import type {
  AllocationStrategy,
  LoadSample,
  SlotDemand,
  SlotLack,
  SlotOwner,
  Tags,
  WorkerSlots,
} from './directory.ts'

/** SeaTunnel's weights of the last five load samples, the newest first; of ten together. */
const SAMPLE_WEIGHTS = [4, 2, 2, 1, 1]
const CPU_SHARE = 0.6
const MEMORY_SHARE = 0.4
const IDLE_SHARE = 0.7
const BALANCE_SHARE = 0.3
/** What a slot is assumed to take of a worker as long as nothing was measured. */
const ASSUMED_SLOT_LOAD = 0.1

export interface Placement {
  readonly owner: SlotOwner
  readonly memberId: string
}

/** A worker while slots are given out: those of this demand count already. */
interface Candidate {
  readonly worker: WorkerSlots
  assigned: number
  free: number
}

export const hasTags = (worker: Pick<WorkerSlots, 'tags'>, filter: Tags): boolean =>
  Object.entries(filter).every(([tag, value]) => worker.tags[tag] === value)

/** The workers that a demand may use. */
export const candidatesOf = (
  workers: readonly WorkerSlots[],
  tagFilter: Tags,
): readonly WorkerSlots[] => workers.filter((worker) => hasTags(worker, tagFilter))

/**
 * Finds a worker for each owner; the list is shorter than the owners when there is no room for more.
 * `random` is uniform in [0, 1).
 */
export const allocate = (
  { owners, tagFilter, strategy }: SlotDemand,
  workers: readonly WorkerSlots[],
  random: () => number,
): Placement[] => {
  const candidates = candidatesOf(workers, tagFilter).map((worker): Candidate => ({
    worker,
    assigned: worker.held.length,
    free: worker.freeSlots,
  }))
  const placements: Placement[] = []
  for (const owner of owners) {
    const chosen = choose(
      candidates.filter(({ free }) => free > 0),
      strategy,
      random,
    )
    if (chosen === undefined) break
    chosen.assigned += 1
    chosen.free -= 1
    placements.push({ owner, memberId: chosen.worker.memberId })
  }
  return placements
}

const choose = (
  candidates: readonly Candidate[],
  strategy: AllocationStrategy,
  random: () => number,
): Candidate | undefined => {
  switch (strategy) {
    case 'RANDOM':
      return candidates[Math.floor(random() * candidates.length)]
    case 'SLOT_RATIO':
      return best(candidates, (candidate) => -usedRatio(candidate))
    case 'SYSTEM_LOAD':
      return best(candidates, score)
    default:
      return strategy satisfies never
  }
}

/** The first of those with the highest value. */
const best = (
  candidates: readonly Candidate[],
  valueOf: (candidate: Candidate) => number,
): Candidate | undefined => {
  let found: Candidate | undefined
  for (const candidate of candidates) {
    if (found === undefined || valueOf(candidate) > valueOf(found)) found = candidate
  }
  return found
}

const usedRatio = ({ worker, assigned }: Candidate): number => assigned / worker.totalSlots

/** How idle a worker will be, and how few of its slots are taken: 1 is the best. */
const score = (candidate: Candidate): number => {
  const { worker, assigned } = candidate
  const load = loadOf(worker.loads)
  const held = worker.held.length
  const perSlot = held === 0 || load === undefined ? ASSUMED_SLOT_LOAD : load / held
  const idle = Math.max(0, 1 - (load ?? 0) - perSlot * (assigned - held))
  return IDLE_SHARE * idle + BALANCE_SHARE * (1 - usedRatio(candidate))
}

/** One number for the last samples, from 0 to 1; undefined when there are none. */
export const loadOf = (samples: readonly LoadSample[]): number | undefined => {
  let sum = 0
  let weights = 0
  for (const [index, weight] of SAMPLE_WEIGHTS.entries()) {
    const sample = samples[index]
    if (sample === undefined) break
    sum += weight * (CPU_SHARE * sample.cpu + MEMORY_SHARE * sample.memory)
    weights += weight
  }
  return weights === 0 ? undefined : sum / weights
}

/** Why the owners from `possible` on have no slot. */
export const explainLack = (
  { owners, tagFilter }: SlotDemand,
  workers: readonly WorkerSlots[],
  possible: number,
): SlotLack[] => {
  const message = lackMessage(tagFilter, workers, owners.length, possible)
  return owners.slice(possible).map((owner) => ({ owner, reason: 'RESOURCE_NOT_ENOUGH', message }))
}

const lackMessage = (
  tagFilter: Tags,
  workers: readonly WorkerSlots[],
  needed: number,
  possible: number,
): string => {
  if (workers.length === 0) return 'The cluster has no worker: start one.'
  const candidates = candidatesOf(workers, tagFilter)
  const tags = Object.entries(tagFilter).map(([tag, value]) => `${tag}=${value}`)
  if (candidates.length === 0) {
    return `None of ${workers.length} workers has the tags ${tags.join(', ')} of tag_filter: start one that has, or give one these tags.`
  }
  const held = candidates.reduce((sum, worker) => sum + worker.held.length, 0)
  const withTags = tags.length === 0 ? '' : ` with the tags ${tags.join(', ')}`
  const isDynamic = candidates.every(({ dynamic }) => dynamic)
  const remedy = isDynamic
    ? 'start another worker, or give these more memory'
    : 'wait for jobs to end, raise slot-num, or start another worker'
  return `${needed} slots are needed, ${possible} are free on ${candidates.length} workers${withTags}, which have given out ${held}: ${remedy}.`
}
