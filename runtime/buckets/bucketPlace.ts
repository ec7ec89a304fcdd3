import { EngineError } from '../errors/index.ts'
import type { BucketPlace } from '../host/index.ts'

/** Settings of a store of objects, under the keys of SeaTunnel's plugins. */
interface BucketProperties {
  readonly [key: string]: string
}

/** The services that `storage.type` can name. */
type BucketService = 's3' | 'oss' | 'cos'

/**
 * Where the properties put the bucket. `owner` is what they are called in the configuration. Throws
 * CFG-003 for a key that is missing.
 */
export const bucketPlaceOf = (
  service: BucketService,
  properties: BucketProperties,
  owner: string,
): BucketPlace => {
  const needed = (key: string): string => {
    const value = properties[key]
    if (value !== undefined && value !== '') return value
    throw new EngineError('CFG-003', `\`${owner}\` needs \`${key}\`.`)
  }
  switch (service) {
    case 's3': {
      const endpoint = properties['fs.s3a.endpoint']
      return {
        bucket: nameOf(needed('s3.bucket')),
        endpoint: endpoint === undefined ? undefined : urlOf(endpoint),
        region: properties['fs.s3a.endpoint.region'],
        accessKeyId: needed('fs.s3a.access.key'),
        secretAccessKey: needed('fs.s3a.secret.key'),
        sessionToken: properties['fs.s3a.session.token'],
        virtualHosted: false,
      }
    }
    case 'oss': {
      const bucket = nameOf(needed('oss.bucket'))
      return {
        bucket,
        endpoint: hosted(bucket, needed('fs.oss.endpoint')),
        region: undefined,
        accessKeyId: needed('fs.oss.accessKeyId'),
        secretAccessKey: needed('fs.oss.accessKeySecret'),
        sessionToken: undefined,
        virtualHosted: true,
      }
    }
    case 'cos': {
      const bucket = nameOf(needed('cos.bucket'))
      const region = needed('fs.cosn.bucket.region')
      return {
        bucket,
        endpoint: hosted(bucket, `cos.${region}.myqcloud.com`),
        region,
        accessKeyId: needed('fs.cosn.userinfo.secretId'),
        secretAccessKey: needed('fs.cosn.userinfo.secretKey'),
        sessionToken: undefined,
        virtualHosted: true,
      }
    }
    default:
      return service satisfies never
  }
}

/** `s3a://name/` and `name` are the same bucket. */
const nameOf = (bucket: string): string =>
  bucket
    .trim()
    .replace(/^\w+:\/\//, '')
    .replace(/\/.*$/, '')

const urlOf = (endpoint: string): string =>
  /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`

/** Services that want the bucket in the name of the host. */
const hosted = (bucket: string, endpoint: string): string => {
  const { protocol, host } = new URL(urlOf(endpoint))
  return `${protocol}//${bucket}.${host}`
}
