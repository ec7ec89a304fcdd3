import { bucketPlaceOf } from '../../../runtime/buckets/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { isFileStore, storageOf } from '../persistence/index.ts'
import type { MapStoreSettings } from '../settings.ts'
import { createBucketStore } from './bucketStore.ts'
import { adaptUserStore, type MapStore } from './mapStore.ts'
import { createModuleStore } from './moduleStore.ts'

const SLASHES = /^\/+|\/+$/g

const prefixOf = ({ properties }: MapStoreSettings, mapName: string): string =>
  [properties['namespace'], properties['clusterName'], mapName]
    .flatMap((part) => part?.replaceAll(SLASHES, '') || [])
    .join('/')

/**
 * The store outside the cluster that a map has by its settings; undefined where it has none: local
 * files are kept by each member for itself. Throws CFG-003 and CFG-005 for what is missing or unknown.
 */
export const openMapStore = (
  host: Host,
  settings: MapStoreSettings | undefined,
  mapName: string,
): MapStore | undefined => {
  if (settings?.enabled !== true) return undefined
  const { implementation, properties } = settings
  if (typeof implementation === 'function') {
    return adaptUserStore(implementation(mapName, properties))
  }
  if (implementation !== undefined) return adaptUserStore(implementation)
  if (!isFileStore(settings)) {
    const path = settings.className ?? settings.factoryClassName
    if (path === undefined) return undefined
    return createModuleStore({ host, module: path, mapName, properties })
  }
  const storage = storageOf(settings)
  if (storage === 'local') return undefined
  if (storage !== 's3' && storage !== 'oss') {
    const known = 'hdfs, local, s3 or oss'
    throw new EngineError('CFG-005', `\`map-store\` has a storage ${storage}; it can be ${known}.`)
  }
  const place = bucketPlaceOf(storage, properties, 'map-store.properties')
  return createBucketStore(host.objects.open(place), prefixOf(settings, mapName))
}
