import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  createJobState,
  type JobEffect,
  type JobEvent,
  type JobState,
} from '../../../jobs/cluster/machine/state.ts'
import { stepJob } from '../../../jobs/cluster/machine/step.ts'
import { isEnd } from '../../../jobs/cluster/index.ts'
import { runGoldenScript } from '../../golden/script.ts'

const newJob = (pipelineCount: number, retryTimes = 3): JobState =>
  createJobState({
    jobId: '7',
    pipelineCount,
    retryTimes,
    retryIntervalMs: 3000,
    restores: false,
  })

const failure = { code: 'JOB-020', message: 'A worker is gone.' }

const eventOf = (words: readonly string[]): JobEvent => {
  const [kind, ...others] = words
  const [pipelineId, epoch] = [Number(others[0]), Number(others[1])]
  switch (kind) {
    case 'admitted':
    case 'savepoint':
    case 'takenOver':
      return { kind }
    case 'rejected':
      return { kind, failure }
    case 'placed':
      return { kind, pipelines: Object.fromEntries(others.map((id) => [id, { 'group 0': 'w' }])) }
    case 'running':
    case 'progressed':
    case 'gone':
    case 'canceled':
      return { kind, pipelineId, epoch }
    case 'finished':
    case 'saved':
      return { kind: 'finished', pipelineId, epoch, savepoint: kind === 'saved' }
    case 'failed':
      return {
        kind,
        pipelineId,
        epoch,
        failure,
        canRetry: others[2] !== 'final',
        isLost: others[2] === 'lost',
      }
    case 'retryDue':
      return { kind, pipelineId }
    case 'cancel':
      return { kind, force: others[0] === 'force' }
    default:
      throw new Error(`There is no event ${kind}`)
  }
}

const effectLine = ({ kind, ...details }: JobEffect): string =>
  `  ${[kind, ...Object.entries(details).map(([key, value]) => `${key}=${String(value)}`)].join(' ')}`

const stateLine = ({ status, goal, pipelines, failure: why }: JobState): string => {
  const each = pipelines.map(
    ({ pipelineId, status: of, epoch, retries, restores }) =>
      `${pipelineId}:${of} epoch=${epoch} retries=${retries}${restores ? ' restores' : ''}`,
  )
  return `= ${status} goal=${goal}${why === null ? '' : ` ${why.code}`} [${each.join('] [')}]`
}

test('a job follows its script', async () => {
  let state = newJob(1)
  await runGoldenScript(new URL('../../golden/jobs.txt', import.meta.url), (input) => {
    const words = input.split(' ')
    if (words[0] === 'new') {
      state = newJob(Number(words[1]), words[2] === undefined ? 3 : Number(words[2].slice(8)))
      return [stateLine(state)]
    }
    const step = stepJob(state, eventOf(words))
    state = step.state
    return [stateLine(state), ...step.effects.map(effectLine)]
  })
})

const anyEvent: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('admitted', 'cancel', 'savepoint', 'takenOver', 'placed 1', 'placed 1 2'),
  fc
    .tuple(
      fc.constantFrom(
        'running',
        'progressed',
        'gone',
        'finished',
        'saved',
        'failed',
        'canceled',
        'retryDue',
      ),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom('retry', 'lost', 'final'),
    )
    .map((words) => words.join(' ')),
)

test('whatever happens: epochs only rise, no execution is started twice, the end is told once', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (lines) => {
      let state = newJob(2)
      const deployed = new Set<string>()
      let ends = 0
      for (const line of lines) {
        const before = state
        const step = stepJob(state, eventOf(line.split(' ')))
        state = step.state
        for (const [index, pipeline] of state.pipelines.entries()) {
          expect(pipeline.epoch).toBeGreaterThanOrEqual(before.pipelines[index]!.epoch)
        }
        for (const effect of step.effects) {
          if (effect.kind === 'ended') ends += 1
          if (effect.kind !== 'deploy') continue
          const id = `${effect.pipelineId} ${state.pipelines[effect.pipelineId - 1]!.epoch}`
          expect(deployed.has(id)).toBe(false)
          deployed.add(id)
        }
        expect(ends).toBe(isEnd(state.status) ? 1 : 0)
      }
    }),
    { numRuns: 2000 },
  )
})

test('whatever happens: a cancel ends the job once its tasks are gone', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (lines) => {
      let state = newJob(2)
      for (const line of [...lines, 'cancel', 'takenOver']) {
        state = stepJob(state, eventOf(line.split(' '))).state
      }
      for (const { pipelineId, epoch } of state.pipelines) {
        state = stepJob(state, { kind: 'canceled', pipelineId, epoch }).state
      }
      expect(isEnd(state.status)).toBe(true)
    }),
  )
})
