import type { Clock } from '../../runtime/host/index.ts'
import type { BundleMap } from './bundleMap.ts'

/** Code that no job needed for so long is removed from the grid, in milliseconds. */
const UNUSED_MS = 60_000

/** Removes code that no job needs any more; `isUsed` tells whether one does. */
export type SweepBundles = (isUsed: (hash: string) => boolean) => Promise<void>

/**
 * What is unused is removed only later: between the upload of code and the beginning of its job no
 * job needs it yet.
 */
export const createBundleSweep = (clock: Clock, map: BundleMap): SweepBundles => {
  const unusedSince = new Map<string, number>()
  return async (isUsed) => {
    const hashes = new Set(await map.hashes())
    for (const hash of unusedSince.keys()) if (!hashes.has(hash)) unusedSince.delete(hash)
    for (const hash of hashes) {
      const nowMs = clock.now()
      const sinceMs = unusedSince.get(hash) ?? nowMs
      if (isUsed(hash)) unusedSince.delete(hash)
      else if (nowMs - sinceMs < UNUSED_MS) unusedSince.set(hash, sinceMs)
      else await map.removeSetBefore(hash, nowMs - UNUSED_MS)
    }
  }
}
