import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { bucketPlaceOf } from '../../../runtime/buckets/index.ts'
import { createStateShelf, STATE_MAP } from '../../states/index.ts'
import type { Blobs } from './blobs.ts'
import { bucketBlobs } from './bucketBlobs.ts'
import { checkpointStorage, type CheckpointStorage } from './checkpointStorage.ts'
import { folderBlobs } from './folderBlobs.ts'
import { gridBlobs } from './gridBlobs.ts'
import type { StateMaps } from './stateMap.ts'

/** `checkpoint.storage` of the engine; the keys of `properties` are those of SeaTunnel's plugins. */
export interface StorageSettings {
  /** `grid`, `localfile` or `hdfs`. */
  readonly type: string
  readonly maxRetained: number
  readonly properties: { readonly [key: string]: string }
}

const GRID = 'grid'
const FOLDER_OF_LOCALFILE = '/tmp/seatunnel/checkpoint/'
const FOLDER_OF_HDFS = '/seatunnel/checkpoint/'

/**
 * The storage that the configuration names. Throws CFG-003 for a key that is missing, CFG-005 for a
 * place that is not supported.
 */
export const openCheckpointStorage = (
  host: Host,
  maps: StateMaps,
  { type, maxRetained, properties }: StorageSettings,
): CheckpointStorage => {
  const isGrid = type.toLowerCase() === GRID
  const shelf = isGrid ? createStateShelf(maps.bytes(STATE_MAP)) : null
  return checkpointStorage(blobsOf(host, maps, type, properties), maxRetained, shelf)
}

const blobsOf = (
  host: Host,
  maps: StateMaps,
  type: string,
  properties: StorageSettings['properties'],
): Blobs => {
  switch (type.toLowerCase()) {
    case GRID:
      return gridBlobs(maps)
    case 'localfile':
      return folderBlobs(host.disk, folderOf(properties['namespace'] ?? FOLDER_OF_LOCALFILE))
    case 'hdfs':
      return fileSystemBlobs(host, properties)
    default:
      throw unknown('type', type, 'grid, localfile, hdfs')
  }
}

/** What SeaTunnel reaches through Hadoop's file systems. */
const fileSystemBlobs = (host: Host, properties: StorageSettings['properties']): Blobs => {
  const namespace = folderOf(properties['namespace'] ?? FOLDER_OF_HDFS)
  const fileSystem = properties['fs.defaultFS'] ?? 'file:///'
  const kind = (properties['storage.type'] ?? 'local').toLowerCase()
  switch (kind) {
    case 'local':
    case 'hdfs':
      if (fileSystem.startsWith('file:')) return folderBlobs(host.disk, namespace)
      throw unknown('plugin-config.fs.defaultFS', fileSystem, 'file:///')
    case 's3':
    case 'oss':
    case 'cos':
      return bucketBlobs(
        host.objects.open(bucketPlaceOf(kind, properties, 'checkpoint.storage.plugin-config')),
        namespace.replace(/^\/+/, ''),
      )
    default:
      throw unknown('plugin-config.storage.type', kind, 'local, hdfs, s3, oss, cos')
  }
}

const folderOf = (namespace: string): string => namespace.replace(/\/+$/, '')

const unknown = (key: string, value: string, known: string): EngineError =>
  new EngineError('CFG-005', `\`checkpoint.storage.${key}\` must be one of ${known}, not ${value}.`)
