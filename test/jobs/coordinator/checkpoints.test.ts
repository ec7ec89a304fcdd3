import { expect, test } from 'bun:test'
import {
  resumeCheckpoints,
  startCheckpoints,
  stepCheckpoints,
  type CheckpointEffect,
  type CheckpointEvent,
  type CheckpointState,
} from '../../../jobs/coordinator/checkpoints.ts'
import { runGoldenScript } from '../../golden/script.ts'

const settings = {
  intervalMs: 1000,
  timeoutMs: 5000,
  minPauseMs: 300,
  enumerators: [0],
  groupCount: 2,
}

const printEffect = ({ kind, ...rest }: CheckpointEffect): string =>
  [`  ${kind}`, ...Object.entries(rest).map(([key, value]) => `${key}=${String(value)}`)].join(' ')

const printState = (state: CheckpointState): string =>
  `= ${state.phase} id=${state.checkpointId} final=${state.final} missing=[${state.missing.join(' ')}] ` +
  `drained=[${state.drained.join(' ')}] completed=${state.counts.completed}`

const parseEvent = (words: readonly string[]): CheckpointEvent => {
  const [kind, id, who] = words
  switch (kind) {
    case 'enumerator':
      return { kind: 'enumeratorAcknowledged', checkpointId: Number(id), vertexId: Number(who) }
    case 'group':
      return { kind: 'groupAcknowledged', checkpointId: Number(id), group: Number(who) }
    case 'drained':
      return { kind: 'drained', group: Number(id) }
    default:
      return { kind: kind as 'time' | 'requested' | 'stored' | 'committed' }
  }
}

test('the checkpoint coordinator follows its script', async () => {
  let state: CheckpointState
  await runGoldenScript(new URL('../../golden/checkpoints.txt', import.meta.url), (input) => {
    const [at, ...words] = input.split(' ')
    const nowMs = Number(at)
    const step =
      words[0] === 'start'
        ? startCheckpoints({ ...settings, enumerators: words[1] === 'none' ? [] : [0] }, 0, nowMs)
        : stepCheckpoints(state, parseEvent(words), nowMs)
    state = step.state
    return [printState(state), ...step.effects.map(printEffect)]
  })
})

test('a coordinator that takes over follows its script', async () => {
  let state: CheckpointState
  await runGoldenScript(
    new URL('../../golden/checkpoints-takeover.txt', import.meta.url),
    (input) => {
      const [at, ...words] = input.split(' ')
      const nowMs = Number(at)
      const [kind, storedId, storedFinal, triggeredId] = words
      const before = {
        storedId: Number(storedId),
        storedFinal: storedFinal === 'final',
        triggeredId: Number(triggeredId),
      }
      const step =
        kind === 'resume'
          ? resumeCheckpoints(settings, before, nowMs)
          : stepCheckpoints(state, parseEvent(words), nowMs)
      state = step.state
      return [printState(state), ...step.effects.map(printEffect)]
    },
  )
})

test('nothing is committed before it is stored', () => {
  const { state } = startCheckpoints({ ...settings, enumerators: [] }, 0, 0)
  expect(() => stepCheckpoints(state, { kind: 'committed' }, 1)).toThrow('committed once')
  expect(() => stepCheckpoints(state, { kind: 'stored' }, 1)).toThrow('stored once')
})
