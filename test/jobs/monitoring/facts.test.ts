import { expect, test } from 'bun:test'
import { factsOf, sizeText } from '../../../jobs/monitoring/facts.ts'
import { createLoad } from '../../../jobs/monitoring/load.ts'
import type { MemberId } from '../../../members/membership/index.ts'
import { GIBIBYTE, hostWith, workload } from './measured.ts'

const member = {
  self: {
    id: 'one' as MemberId,
    processId: 'process',
    address: { host: '10.0.0.1', port: 5801 },
    role: 'worker' as const,
    version: '0.1.0',
  },
  isActiveMaster: () => false,
}

test('a member tells what it has', async () => {
  const facts = await factsOf(hostWith(), member, { machine: 0.5, process: 0.25 }, workload)
  expect(facts).toMatchObject({
    isMaster: 'false',
    host: '10.0.0.1',
    port: '5801',
    processors: '2',
    'physical.memory.total': '8.0G',
    'physical.memory.free': '2.0G',
    'swap.space.total': '4.0G',
    'swap.space.free': '3.0G',
    'heap.memory.used': '30.0M',
    'heap.memory.free': '10.0M',
    'heap.memory.total': '40.0M',
    'heap.memory.max': '4.0G',
    'heap.memory.used/total': '75.00%',
    'heap.memory.used/max': '0.73%',
    'load.process': '25.00%',
    'load.system': '50.00%',
    'load.systemAverage': '1.25',
    'thread.count': '3',
    'thread.peakCount': '8',
    'operations.completed.count': '70',
    'operations.pending.invocations.count': '4',
    'proxy.count': '5',
    'clientEndpoint.count': '2',
    'connection.active.count': '9',
    'client.connection.count': '3',
    'connection.count': '6',
  })
  expect(Object.values(facts).every((value) => typeof value === 'string')).toBe(true)
})

test('what the system does not tell is 0 or not available', async () => {
  const { memory, processors, ...host } = hostWith()
  const silent = {
    ...host,
    memory: { ...memory, swap: async () => undefined },
    processors: { ...processors, loadAverage: () => undefined },
  }
  expect(await factsOf(silent, member, { machine: 0, process: 0 }, workload)).toMatchObject({
    'swap.space.total': '0',
    'swap.space.free': '0',
    'load.systemAverage': 'n/a',
  })
})

test.each([
  [0, '0'],
  [1023, '1023'],
  [1024, '1024'],
  [1536, '1.5K'],
  [30 * 1024 * 1024, '30.0M'],
  [24.5 * GIBIBYTE, '24.5G'],
  [5000 * GIBIBYTE, '4.9T'],
])('a size of %p is %p', (bytes, text) => expect(sizeText(bytes)).toBe(text))

test('the load is that since the last look, of the machine and of the process', () => {
  let [atMs, busyMs, totalMs, processorMs] = [0, 0, 0, 0]
  const real = hostWith()
  const load = createLoad({
    clock: { ...real.clock, monotonic: () => atMs },
    processors: { ...real.processors, times: () => ({ busyMs, totalMs }) },
    process: { ...real.process, processorMs: () => processorMs },
  })
  expect(load()).toEqual({ machine: 0, process: 0 })
  ;[atMs, busyMs, totalMs, processorMs] = [1000, 1500, 2000, 500]
  expect(load()).toEqual({ machine: 0.75, process: 0.25 })
  // Nothing new is known within one tick of the system.
  atMs = 1001
  expect(load()).toEqual({ machine: 0.75, process: 0.25 })
  ;[atMs, totalMs] = [2000, 4000]
  expect(load()).toEqual({ machine: 0, process: 0 })
})
