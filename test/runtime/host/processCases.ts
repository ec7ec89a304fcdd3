import { expect } from 'bun:test'
import type { Cases } from './contract.ts'

const NONE = { totalBytes: 0, freeBytes: 0 }

const isCount = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value > 0)

export const processCases: Cases = {
  'what a process takes only rises': async ({ host }) => {
    const before = host.process.processorMs()
    expect(before).toBeGreaterThanOrEqual(0)
    await host.clock.sleep(1)
    expect(host.process.processorMs()).toBeGreaterThanOrEqual(before)
  },
  'a process has started, is run by something, and tells counts or nothing': async ({ host }) => {
    const { runtime, startedAtMs } = host.process
    expect(startedAtMs).toBeLessThanOrEqual(host.clock.now())
    expect([runtime.name, runtime.version]).not.toContain('')
    const { openFiles, openFilesMax, virtualBytes } = await host.process.resources()
    expect([openFiles, openFilesMax, virtualBytes].map(isCount)).toEqual([true, true, true])
  },
  'of no memory more is free than there is': async ({ host: { memory } }) => {
    for (const space of [memory.machine(), (await memory.swap()) ?? NONE]) {
      expect(space.freeBytes).toBeGreaterThanOrEqual(0)
      expect(space.freeBytes).toBeLessThanOrEqual(space.totalBytes)
    }
    expect(memory.heapCommittedBytes()).toBeGreaterThanOrEqual(memory.heapBytes())
  },
  'the load is known or not': async ({ host: { processors } }) => {
    expect(processors.loadAverage() ?? 0).toBeGreaterThanOrEqual(0)
  },
}
