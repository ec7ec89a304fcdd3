import type { ProcessFacts, ProcessResources } from '../process.ts'
import { bytesIn, linuxEntryCount, linuxText } from './linux.ts'

const MICROSECONDS_PER_MS = 1000

const resources = async (): Promise<ProcessResources> => {
  // By itself: the other files are open while they are read.
  const openFiles = await linuxEntryCount('/proc/self/fd')
  const [limits, status] = await Promise.all([
    linuxText('/proc/self/limits'),
    linuxText('/proc/self/status'),
  ])
  // None where it is `unlimited`.
  const [, openFilesMax] = /^Max open files\s+(\d+)/m.exec(limits ?? '') ?? []
  return {
    openFiles,
    openFilesMax: openFilesMax === undefined ? undefined : Number(openFilesMax),
    virtualBytes: bytesIn(status, 'VmSize'),
  }
}

export const realProcess: ProcessFacts = {
  runtime: { name: 'Bun', version: Bun.version },
  startedAtMs: Math.round(performance.timeOrigin),
  processorMs: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / MICROSECONDS_PER_MS
  },
  resources,
}
