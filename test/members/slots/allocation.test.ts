import { describe, expect, test } from 'bun:test'
import { allocate, explainLack, loadOf } from '../../../members/slots/allocation.ts'
import type { SlotDemand, WorkerSlots } from '../../../members/slots/index.ts'

const worker = (memberId: string, changes: Partial<WorkerSlots> = {}): WorkerSlots => ({
  memberId,
  address: { host: memberId, port: 5801 },
  tags: {},
  dynamic: false,
  totalSlots: 4,
  freeSlots: 4,
  held: [],
  loads: [],
  ...changes,
})

const heldBy = (jobId: string, count: number) =>
  Array.from({ length: count }, (_, slot) => ({
    jobId,
    pipelineId: 1,
    task: `group ${slot}`,
    slotId: slot,
    epoch: 1,
  }))

const demand = (count: number, changes: Partial<SlotDemand> = {}): SlotDemand => ({
  owners: Array.from({ length: count }, (_, task) => ({
    jobId: 'j',
    pipelineId: 1,
    task: `group ${task}`,
  })),
  tagFilter: {},
  strategy: 'SLOT_RATIO',
  ...changes,
})

const chosen = (given: SlotDemand, workers: readonly WorkerSlots[], random = () => 0): string =>
  allocate(given, workers, random)
    .map(({ memberId }) => memberId)
    .join('')

describe('allocation', () => {
  test('takes workers with all the tags only', () => {
    const workers = [
      worker('a', { tags: { zone: 'x' } }),
      worker('b', { tags: { zone: 'x', disk: 'ssd' } }),
      worker('c', { tags: { zone: 'y', disk: 'ssd' } }),
    ]
    expect(chosen(demand(2, { tagFilter: { zone: 'x', disk: 'ssd' } }), workers)).toBe('bb')
  })

  test('gives no more than there is', () => {
    const workers = [worker('a', { freeSlots: 1 }), worker('b', { freeSlots: 2 })]
    for (const strategy of ['RANDOM', 'SLOT_RATIO', 'SYSTEM_LOAD'] as const) {
      const given = chosen(demand(9, { strategy }), workers)
      expect(given.split('').toSorted().join('')).toBe('abb')
    }
  })

  test('RANDOM takes any with room', () => {
    const turns = [0, 0.99, 0.5]
    const random = (): number => turns.shift()!
    const workers = [worker('a'), worker('b'), worker('c')]
    expect(chosen(demand(3, { strategy: 'RANDOM' }), workers, random)).toBe('acb')
  })

  test('SLOT_RATIO takes the worker with the smallest share of slots in use', () => {
    const workers = [
      worker('a', { totalSlots: 4, freeSlots: 2, held: heldBy('x', 2) }),
      worker('b', { totalSlots: 8, freeSlots: 6, held: heldBy('y', 2) }),
    ]
    expect(chosen(demand(4), workers)).toBe('bbab')
  })

  test('SYSTEM_LOAD weighs how idle a worker is and how many slots it has left', () => {
    const busy = { cpu: 0.9, memory: 0.9 }
    const idle = { cpu: 0.1, memory: 0.1 }
    const strategy = 'SYSTEM_LOAD'
    const workers = [worker('a', { loads: [busy] }), worker('b', { loads: [idle] })]
    expect(chosen(demand(2, { strategy }), workers)).toBe('bb')
    // Without samples each slot counts as a tenth of the worker: they take turns.
    expect(chosen(demand(4, { strategy }), [worker('a'), worker('b')])).toBe('abab')
  })

  test('the newest of the last five samples weighs most: 4, 2, 2, 1, 1 of 10', () => {
    const sample = (cpu: number) => ({ cpu, memory: 0 })
    const loads = [1, 0, 0, 0, 0, 1].map(sample)
    expect(loadOf(loads)).toBeCloseTo(0.6 * 0.4)
    expect(loadOf([0, 1, 0, 0, 0].map(sample))).toBeCloseTo(0.6 * 0.2)
    expect(loadOf([{ cpu: 0.5, memory: 1 }])).toBeCloseTo(0.6 * 0.5 + 0.4)
    expect(loadOf([])).toBeUndefined()
  })
})

describe('what is lacking is told', () => {
  const messageOf = (given: SlotDemand, workers: readonly WorkerSlots[]): string =>
    explainLack(given, workers, allocate(given, workers, () => 0).length)[0]!.message

  test('without any worker', () => {
    expect(messageOf(demand(1), [])).toBe('The cluster has no worker: start one.')
  })

  test('without one that has the tags', () => {
    expect(messageOf(demand(1, { tagFilter: { zone: 'x' } }), [worker('a')])).toContain(
      'None of 1 workers has the tags zone=x',
    )
  })

  test('without slots that are free, for those without one', () => {
    const workers = [worker('a', { freeSlots: 1, held: heldBy('x', 3) })]
    const lacking = explainLack(demand(3), workers, 1)
    expect(lacking.map(({ owner }) => owner.task)).toEqual(['group 1', 'group 2'])
    expect(lacking[0]!.message).toContain('3 slots are needed, 1 are free on 1 workers')
    expect(lacking[0]!.message).toContain('raise slot-num')
  })
})
