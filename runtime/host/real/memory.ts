import { heapSize } from 'bun:jsc'
import { freemem, totalmem } from 'node:os'
import type { Memory } from '../memory.ts'

export const realMemory: Memory = {
  usedBytes: (collect) => {
    if (collect !== undefined) Bun.gc(true)
    return process.memoryUsage.rss()
  },
  heapSnapshot: () => new Uint8Array(Bun.generateHeapSnapshot('v8', 'arraybuffer')),
  heapBytes: heapSize,
  shrink: () => {
    Bun.gc(true)
    Bun.shrink()
  },
  machine: () => ({ totalBytes: totalmem(), freeBytes: freemem() }),
}
