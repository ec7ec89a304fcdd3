import { heapSize } from 'bun:jsc'
import { freemem, totalmem } from 'node:os'
import type { Memory } from '../memory.ts'
import { bytesIn, linuxText } from './linux.ts'

export const realMemory: Memory = {
  usedBytes: (collect) => {
    if (collect !== undefined) Bun.gc(true)
    return process.memoryUsage.rss()
  },
  heapSnapshot: () => new Uint8Array(Bun.generateHeapSnapshot('v8', 'arraybuffer')),
  heapBytes: heapSize,
  heapCommittedBytes: () => {
    const { heapTotal, external } = process.memoryUsage()
    return Math.max(heapSize(), heapTotal + external)
  },
  shrink: () => {
    Bun.gc(true)
    Bun.shrink()
  },
  machine: () => ({ totalBytes: totalmem(), freeBytes: freemem() }),
  swap: async () => {
    const text = await linuxText('/proc/meminfo')
    const totalBytes = bytesIn(text, 'SwapTotal')
    const freeBytes = bytesIn(text, 'SwapFree')
    return totalBytes === undefined || freeBytes === undefined
      ? undefined
      : { totalBytes, freeBytes }
  },
}
