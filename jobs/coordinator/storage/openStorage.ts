import { EngineError } from '../../../runtime/errors/index.ts'
import type { BucketPlace, Host } from '../../../runtime/host/index.ts'
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
): CheckpointStorage => checkpointStorage(blobsOf(host, maps, type, properties), maxRetained)

const blobsOf = (
  host: Host,
  maps: StateMaps,
  type: string,
  properties: StorageSettings['properties'],
): Blobs => {
  switch (type.toLowerCase()) {
    case 'grid':
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
      return bucketBlobs(host.objects.open(PLACES[kind](properties)), namespace.replace(/^\/+/, ''))
    default:
      throw unknown('plugin-config.storage.type', kind, 'local, hdfs, s3, oss, cos')
  }
}

const folderOf = (namespace: string): string => namespace.replace(/\/+$/, '')

const unknown = (key: string, value: string, known: string): EngineError =>
  new EngineError('CFG-005', `\`checkpoint.storage.${key}\` must be one of ${known}, not ${value}.`)

const needed = (properties: StorageSettings['properties'], key: string): string => {
  const value = properties[key]
  if (value !== undefined && value !== '') return value
  throw new EngineError('CFG-003', `\`checkpoint.storage.plugin-config\` needs \`${key}\`.`)
}

/** `s3a://name` and `name` are the same bucket. */
const bucketOf = (properties: StorageSettings['properties'], key: string): string =>
  needed(properties, key)
    .replace(/^\w+:\/\//, '')
    .replace(/\/.*$/, '')

const urlOf = (endpoint: string): string =>
  /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`

/** Services that want the bucket in the name of the host. */
const hosted = (bucket: string, endpoint: string): string => {
  const url = new URL(urlOf(endpoint))
  return `${url.protocol}//${bucket}.${url.host}`
}

const PLACES: {
  readonly [kind in 's3' | 'oss' | 'cos']: (
    properties: StorageSettings['properties'],
  ) => BucketPlace
} = {
  s3: (properties) => ({
    bucket: bucketOf(properties, 's3.bucket'),
    endpoint:
      properties['fs.s3a.endpoint'] === undefined
        ? undefined
        : urlOf(properties['fs.s3a.endpoint']),
    region: properties['fs.s3a.endpoint.region'],
    accessKeyId: needed(properties, 'fs.s3a.access.key'),
    secretAccessKey: needed(properties, 'fs.s3a.secret.key'),
    sessionToken: properties['fs.s3a.session.token'],
    virtualHosted: false,
  }),
  oss: (properties) => {
    const bucket = bucketOf(properties, 'oss.bucket')
    return {
      bucket,
      endpoint: hosted(bucket, needed(properties, 'fs.oss.endpoint')),
      region: undefined,
      accessKeyId: needed(properties, 'fs.oss.accessKeyId'),
      secretAccessKey: needed(properties, 'fs.oss.accessKeySecret'),
      sessionToken: undefined,
      virtualHosted: true,
    }
  },
  cos: (properties) => {
    const bucket = bucketOf(properties, 'cos.bucket')
    const region = needed(properties, 'fs.cosn.bucket.region')
    return {
      bucket,
      endpoint: hosted(bucket, `cos.${region}.myqcloud.com`),
      region,
      accessKeyId: needed(properties, 'fs.cosn.userinfo.secretId'),
      secretAccessKey: needed(properties, 'fs.cosn.userinfo.secretKey'),
      sessionToken: undefined,
      virtualHosted: true,
    }
  },
}
