import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Bundle } from './bundleJob.ts'
import type { BundleMap } from './bundleMap.ts'

/** One value of a map travels in one message. */
const BUNDLE_BYTES_MAX = 8 * 1024 * 1024
/** Bundles that are kept on a member although no job runs them. */
const IDLE_MAX = 64

/** The code of jobs on this member and in the grid. */
export interface BundleCache {
  /** Gives code to all members. Throws PIP-005 where it is too long for that. */
  distribute(bundle: Bundle): Promise<void>
  /**
   * The path of the code on this member, fetched from the grid the first time. Throws PIP-006. Only
   * what is retained stays there.
   */
  pathOf(hash: string): Promise<string>
  /** This code is needed here from now on; it must be released as often. */
  retain(hash: string): void
  release(hash: string): void
}

export interface BundleCacheOptions {
  readonly host: Host
  readonly map: BundleMap
  readonly folder: string
  /** `classloader-cache-mode`: keep code that no job runs, for the next one. */
  readonly keepsIdle: boolean
}

const encoder = new TextEncoder()

export const createBundleCache = (options: BundleCacheOptions): BundleCache => {
  const { host, map, folder, keepsIdle } = options
  const { disk } = host
  const users = new Map<string, number>()
  /** Code that nobody runs, the longest idle first. */
  const idle = new Set<string>()
  const fetches = new Map<string, Promise<string>>()
  const removals = new Map<string, Promise<void>>()
  const fileOf = (hash: string): string => `${folder}/${hash}.js`

  const keep = async (hash: string, text: string): Promise<string> => {
    await disk.makeFolder(folder)
    await disk.writeFileAtomically(fileOf(hash), encoder.encode(text))
    return fileOf(hash)
  }
  const obtain = async (hash: string): Promise<string> => {
    await removals.get(hash)
    if ((await disk.stat(fileOf(hash))) !== undefined) return fileOf(hash)
    const text = await map.get(hash)
    if (text !== undefined) return keep(hash, text)
    throw new EngineError('PIP-006', `The grid has no code ${hash}; submit the job again.`)
  }
  const forget = (hash: string): void => {
    idle.delete(hash)
    const removal = disk
      .remove(fileOf(hash))
      // What cannot be removed now is overwritten when it comes again.
      .catch(() => undefined)
      .finally(() => removals.delete(hash))
    removals.set(hash, removal)
  }
  return {
    distribute: async ({ hash, text }) => {
      const sizeBytes = encoder.encode(text).length
      if (sizeBytes > BUNDLE_BYTES_MAX) {
        const limit = `${BUNDLE_BYTES_MAX / 1024 / 1024} MiB`
        throw new EngineError('PIP-005', `The code has ${sizeBytes} bytes, more than ${limit}.`)
      }
      await map.set(hash, text)
    },
    pathOf: (hash) => {
      const fetching = fetches.get(hash) ?? obtain(hash).finally(() => fetches.delete(hash))
      fetches.set(hash, fetching)
      return fetching
    },
    retain: (hash) => {
      users.set(hash, (users.get(hash) ?? 0) + 1)
      idle.delete(hash)
    },
    release: (hash) => {
      const left = (users.get(hash) ?? 1) - 1
      if (left > 0) {
        users.set(hash, left)
        return
      }
      users.delete(hash)
      if (!keepsIdle) return forget(hash)
      idle.add(hash)
      for (const oldest of idle) if (idle.size > IDLE_MAX) forget(oldest)
    },
  }
}
