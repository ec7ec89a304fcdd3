import { isEnd, type JobStatus, type PipelineStatus } from '../states.ts'
import type {
  Failure,
  JobEffect,
  JobEvent,
  JobState,
  JobStep,
  PipelineState,
  Places,
} from './state.ts'

type Event<Kind extends JobEvent['kind']> = Extract<JobEvent, { readonly kind: Kind }>

/**
 * One step of a job. The unit of failure is the pipeline: it is started again from its last
 * checkpoint, and only when that has failed too often the whole job fails. What an older execution
 * tells changes nothing.
 */
export const stepJob = (state: JobState, event: JobEvent): JobStep => {
  if (isEnd(state.status)) return unchanged(state)
  switch (event.kind) {
    case 'admitted':
      return onAdmitted(state)
    case 'rejected':
      return fail(state, event.failure)
    case 'placed':
      return onPlaced(state, event)
    case 'running':
      return onRunning(state, event)
    case 'finished':
      return onFinished(state, event)
    case 'failed':
      return onFailed(state, event)
    case 'gone':
      return onGone(state, event)
    case 'progressed':
      return present(state, event) === undefined
        ? unchanged(state)
        : unchanged(withPipeline(state, event.pipelineId, { retries: 0 }))
    case 'canceled':
      return present(state, event) === undefined
        ? unchanged(state)
        : settle(withPipeline(state, event.pipelineId, gone('CANCELED')), [])
    case 'retryDue':
      return onRetryDue(state, event.pipelineId)
    case 'cancel':
      return onCancel(state, event.force)
    case 'savepoint':
      return onSavepoint(state)
    case 'takenOver':
      return onTakenOver(state)
    default:
      return event satisfies never
  }
}

const unchanged = (state: JobState): JobStep => ({ state, effects: [] })

const withPipeline = (
  state: JobState,
  pipelineId: number,
  change: Partial<PipelineState>,
): JobState => ({
  ...state,
  pipelines: state.pipelines.map((each) =>
    each.pipelineId === pipelineId ? { ...each, ...change } : each,
  ),
})

/** A pipeline without tasks and slots. */
const gone = (status: PipelineStatus): Partial<PipelineState> => ({ status, places: null })

const isOver = ({ status }: PipelineState): boolean =>
  status === 'FINISHED' || status === 'CANCELED' || status === 'FAILED'

const hasTasks = ({ status }: PipelineState): boolean =>
  status === 'DEPLOYING' || status === 'RUNNING' || status === 'CANCELING'

/** The pipeline of a report, unless it comes from an older execution or from one that is gone. */
const present = (
  state: JobState,
  { pipelineId, epoch }: { readonly pipelineId: number; readonly epoch: number },
): PipelineState | undefined =>
  state.pipelines.find(
    (each) => each.pipelineId === pipelineId && each.epoch === epoch && hasTasks(each),
  )

const onAdmitted = (state: JobState): JobStep => {
  if (state.status !== 'INITIALIZING' && state.status !== 'CREATED') return unchanged(state)
  const pipelines = state.pipelines.map((each) => ({ ...each, status: 'CREATED' as const }))
  return {
    state: { ...state, status: 'PENDING', pipelines },
    effects: [{ kind: 'requestSlots', pipelineIds: idsOf(pipelines) }],
  }
}

const idsOf = (pipelines: readonly PipelineState[]): number[] =>
  pipelines.map(({ pipelineId }) => pipelineId)

const onPlaced = (state: JobState, { pipelines }: Event<'placed'>): JobStep => {
  const effects: JobEffect[] = []
  let next = state
  for (const each of state.pipelines) {
    const places: Places | undefined = pipelines[each.pipelineId]
    if (places === undefined || each.status !== 'CREATED') continue
    const epoch = each.epoch + 1
    next = withPipeline(next, each.pipelineId, { status: 'DEPLOYING', places, epoch })
    effects.push({ kind: 'deploy', pipelineId: each.pipelineId })
  }
  const status = next.status === 'PENDING' && effects.length > 0 ? 'SCHEDULED' : next.status
  return { state: { ...next, status }, effects }
}

const onRunning = (state: JobState, event: Event<'running'>): JobStep => {
  if (present(state, event)?.status !== 'DEPLOYING') return unchanged(state)
  const { pipelineId } = event
  const next = withPipeline(state, pipelineId, { status: 'RUNNING' })
  return {
    state: next.status === 'SCHEDULED' ? { ...next, status: 'RUNNING' } : next,
    effects: next.goal === 'savepoint' ? [{ kind: 'drain', pipelineId }] : [],
  }
}

const onFinished = (state: JobState, event: Event<'finished'>): JobStep => {
  if (present(state, event) === undefined) return unchanged(state)
  const status = event.savepoint ? 'CANCELED' : 'FINISHED'
  return settle(withPipeline(state, event.pipelineId, gone(status)), [])
}

const onFailed = (state: JobState, event: Event<'failed'>): JobStep => {
  const pipeline = present(state, event)
  if (pipeline === undefined) return unchanged(state)
  const { pipelineId, failure, canRetry, isLost } = event
  if (pipeline.status === 'CANCELING') {
    return settle(withPipeline(state, pipelineId, gone('CANCELED')), [])
  }
  if (!canRetry || pipeline.retries >= state.retryTimes) {
    return fail(withPipeline(state, pipelineId, gone('FAILED')), failure)
  }
  const { retries } = pipeline
  return {
    state: withPipeline(state, pipelineId, {
      ...gone('FAILING'),
      retries: retries + 1,
      restores: true,
    }),
    effects: [
      {
        kind: 'retryAfter',
        pipelineId,
        delayMs: isLost && retries === 0 ? 0 : state.retryIntervalMs,
      },
    ],
  }
}

/** Not a failure of the job: it does not count as one. */
const onGone = (state: JobState, event: Event<'gone'>): JobStep => {
  const pipeline = present(state, event)
  if (pipeline === undefined) return unchanged(state)
  const { pipelineId } = event
  if (pipeline.status === 'CANCELING') {
    return settle(withPipeline(state, pipelineId, gone('CANCELED')), [])
  }
  return {
    state: withPipeline(state, pipelineId, { ...gone('CREATED'), restores: true }),
    effects: [{ kind: 'requestSlots', pipelineIds: [pipelineId] }],
  }
}

const onRetryDue = (state: JobState, pipelineId: number): JobStep => {
  const pipeline = state.pipelines.find((each) => each.pipelineId === pipelineId)
  if (pipeline?.status !== 'FAILING') return unchanged(state)
  return {
    state: withPipeline(state, pipelineId, { status: 'CREATED' }),
    effects: [{ kind: 'requestSlots', pipelineIds: [pipelineId] }],
  }
}

/** Ends all pipelines: those with tasks are told, the others are over at once. */
const endPipelines = (state: JobState, status: JobStatus, force: boolean): JobStep => {
  const effects: JobEffect[] = [{ kind: 'withdraw' }]
  const pipelines = state.pipelines.map((each): PipelineState => {
    if (isOver(each)) return each
    if (!hasTasks(each)) return { ...each, ...gone('CANCELED') }
    if (force || each.status !== 'CANCELING') {
      effects.push({ kind: 'cancel', pipelineId: each.pipelineId, force })
    }
    return force ? { ...each, ...gone('CANCELED') } : { ...each, status: 'CANCELING' }
  })
  return settle({ ...state, status, pipelines }, effects)
}

const fail = (state: JobState, failure: Failure): JobStep =>
  endPipelines({ ...state, failure: state.failure ?? failure }, 'FAILING', false)

const onCancel = (state: JobState, force: boolean): JobStep => {
  const status = state.status === 'FAILING' ? 'FAILING' : 'CANCELING'
  if (state.goal === 'cancel' && !force) return unchanged(state)
  return endPipelines({ ...state, goal: 'cancel' }, status, force)
}

const onSavepoint = (state: JobState): JobStep => {
  const isReady = state.pipelines.every(
    ({ status }) => status === 'RUNNING' || status === 'FINISHED',
  )
  if (state.status !== 'RUNNING' || state.goal !== 'run' || !isReady) return unchanged(state)
  return {
    state: { ...state, status: 'DOING_SAVEPOINT', goal: 'savepoint' },
    effects: drains(state),
  }
}

const drains = (state: JobState): JobEffect[] =>
  state.pipelines
    .filter(({ status }) => status === 'RUNNING')
    .map(({ pipelineId }) => ({ kind: 'drain', pipelineId }))

/**
 * Executions that run are taken over as they are; one that was being deployed is given up for a new
 * one, as nobody knows how far it came.
 */
const onTakenOver = (state: JobState): JobStep => {
  if (state.status === 'INITIALIZING' || state.status === 'CREATED') return onAdmitted(state)
  const effects: JobEffect[] = []
  const waiting: number[] = []
  const pipelines = state.pipelines.map((each): PipelineState => {
    const { pipelineId } = each
    switch (each.status) {
      case 'RUNNING':
        effects.push({ kind: 'attach', pipelineId })
        return each
      case 'CANCELING':
        effects.push({ kind: 'cancel', pipelineId, force: false })
        return each
      case 'FAILING':
        effects.push({ kind: 'retryAfter', pipelineId, delayMs: state.retryIntervalMs })
        return each
      case 'DEPLOYING':
        effects.push({ kind: 'cancel', pipelineId, force: true })
        waiting.push(pipelineId)
        return { ...each, ...gone('CREATED'), restores: true }
      case 'CREATED':
        waiting.push(pipelineId)
        return each
      default:
        return each
    }
  })
  if (waiting.length > 0) effects.push({ kind: 'requestSlots', pipelineIds: waiting })
  const next = { ...state, pipelines }
  return settle(next, [...effects, ...(state.goal === 'savepoint' ? drains(next) : [])])
}

/** Ends the job when all of its pipelines are over. */
const settle = (state: JobState, effects: readonly JobEffect[]): JobStep => {
  if (!state.pipelines.every(isOver)) return { state, effects }
  return { state: { ...state, status: endOf(state) }, effects: [...effects, { kind: 'ended' }] }
}

const endOf = ({ failure, goal, pipelines }: JobState): JobStatus => {
  if (failure !== null) return 'FAILED'
  if (pipelines.every(({ status }) => status === 'FINISHED')) return 'FINISHED'
  return goal === 'savepoint' ? 'SAVEPOINT_DONE' : 'CANCELED'
}
