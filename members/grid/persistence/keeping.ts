import { EngineError } from '../../../runtime/errors/index.ts'
import type { FsyncPolicy, MapStoreSettings } from '../settings.ts'

/** How the fragments of a structure are kept on the disks of all members that hold them. */
export interface Keeping {
  /** Where this cluster keeps it on this machine; each member has a folder of its own in it. */
  readonly folder: string
  readonly fsync: FsyncPolicy
  readonly fsyncIntervalMs: number
}

const FSYNC_POLICIES: readonly FsyncPolicy[] = ['always', 'interval', 'never']
const FSYNC_INTERVAL_MS = 100
/** The factory of SeaTunnel; its package name differs between versions. */
const FILE_FACTORY = /(^|\.)FileMapStoreFactory$/

const fsyncOf = (written: string | undefined): FsyncPolicy => {
  const policy = FSYNC_POLICIES.find((each) => each === (written ?? 'always'))
  if (policy !== undefined) return policy
  const known = FSYNC_POLICIES.join(', ')
  throw new EngineError('CFG-005', `\`map-store.properties.fsync\` must be one of ${known}.`)
}

const intervalOf = (written: string | undefined): number => {
  const intervalMs = Number(written ?? FSYNC_INTERVAL_MS)
  if (Number.isSafeInteger(intervalMs) && intervalMs > 0) return intervalMs
  throw new EngineError('CFG-005', '`map-store.properties.fsync.interval.ms` must be above 0.')
}

/** Whether a map-store is SeaTunnel's own, by its factory or its type. */
export const isFileStore = ({ factoryClassName, className, properties }: MapStoreSettings) =>
  className === undefined &&
  (factoryClassName === undefined
    ? properties['type'] !== undefined
    : FILE_FACTORY.test(factoryClassName))

/** Which storage a file store has: `local`, or that of objects. */
export const storageOf = ({ properties }: MapStoreSettings): string => {
  const { type = 'hdfs' } = properties
  const storage = (type === 'hdfs' ? (properties['storage.type'] ?? 'hdfs') : type).toLowerCase()
  if (storage !== 'hdfs') return storage
  const fileSystem = properties['fs.defaultFS'] ?? 'file:///'
  if (fileSystem.startsWith('file:')) return 'local'
  const known = '`fs.defaultFS: file:///`, or `storage.type` s3, oss or cos'
  throw new EngineError('CFG-005', `A map-store cannot reach ${fileSystem}; it can with ${known}.`)
}

const withoutEnd = (path: string): string => path.replace(/\/+$/, '')

/**
 * How a map is kept in local files; undefined where its settings say nothing of that. Properties:
 * `namespace` (a folder; `maps` of the data folder by default), `clusterName` (a folder in it),
 * `fsync` (always, interval or never), `fsync.interval.ms`. Throws CFG-005 for what is not known.
 */
export const keepingOf = (
  store: MapStoreSettings | undefined,
  dataFolder: string,
): Keeping | undefined => {
  if (store?.enabled !== true || !isFileStore(store) || storageOf(store) !== 'local')
    return undefined
  const { namespace, clusterName, fsync } = store.properties
  const root = namespace === undefined ? `${withoutEnd(dataFolder)}/maps` : withoutEnd(namespace)
  return {
    folder: clusterName === undefined ? root : `${root}/${clusterName}`,
    fsync: fsyncOf(fsync?.toLowerCase()),
    fsyncIntervalMs: intervalOf(store.properties['fsync.interval.ms']),
  }
}
