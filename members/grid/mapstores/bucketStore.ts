import { EngineError } from '../../../runtime/errors/index.ts'
import type { Bucket, BucketPlace } from '../../../runtime/host/index.ts'
import type { MapStore } from './mapStore.ts'

type Properties = Readonly<Record<string, string>>

const needed = (properties: Properties, key: string): string => {
  const value = properties[key]
  if (value !== undefined && value !== '') return value
  throw new EngineError('CFG-003', `\`map-store.properties\` needs \`${key}\`.`)
}

/** `s3a://name/` and `name` are the same bucket. */
const bucketOf = (properties: Properties, key: string): string =>
  needed(properties, key)
    .trim()
    .replace(/^\w+:\/\//, '')
    .replace(/\/.*$/, '')

const urlOf = (endpoint: string): string =>
  /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`

const withBucket = (bucket: string, endpoint: string): string => {
  const { protocol, host } = new URL(urlOf(endpoint))
  return `${protocol}//${bucket}.${host}`
}

/** Where a store of objects is; the keys are those of SeaTunnel's. Throws CFG-003, CFG-005. */
export const bucketPlaceOf = (storage: string, properties: Properties): BucketPlace => {
  const nothing = { region: undefined, sessionToken: undefined }
  if (storage === 's3') {
    const endpoint = properties['fs.s3a.endpoint']
    return {
      bucket: bucketOf(properties, 's3.bucket'),
      endpoint: endpoint === undefined ? undefined : urlOf(endpoint),
      region: properties['fs.s3a.endpoint.region'],
      accessKeyId: needed(properties, 'fs.s3a.access.key'),
      secretAccessKey: needed(properties, 'fs.s3a.secret.key'),
      sessionToken: properties['fs.s3a.session.token'],
      virtualHosted: false,
    }
  }
  if (storage === 'oss') {
    const bucket = bucketOf(properties, 'oss.bucket')
    return {
      ...nothing,
      bucket,
      endpoint: withBucket(bucket, needed(properties, 'fs.oss.endpoint')),
      accessKeyId: needed(properties, 'fs.oss.accessKeyId'),
      secretAccessKey: needed(properties, 'fs.oss.accessKeySecret'),
      virtualHosted: true,
    }
  }
  const known = 'hdfs, local, s3 or oss'
  throw new EngineError('CFG-005', `\`map-store\` has a storage ${storage}; it can be ${known}.`)
}

const PARALLEL_MAX = 16

const inParallel = async <From, To>(
  items: readonly From[],
  work: (item: From) => Promise<To>,
): Promise<To[]> => {
  const results: To[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!)
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, items.length) }, lane))
  return results
}

/** An object for each entry, under a prefix: its name is the key in hexadecimal. */
export const createBucketStore = (bucket: Bucket, prefix: string): MapStore => {
  const nameOf = (key: Uint8Array): string => `${prefix}/${key.toHex()}`
  return {
    load: (keys) => inParallel(keys, (key) => bucket.get(nameOf(key))),
    loadAllKeys: async () => {
      const names = await bucket.list(`${prefix}/`)
      return names.map((name) => Uint8Array.fromHex(name.slice(prefix.length + 1)))
    },
    store: async (entries) => {
      await inParallel(entries, ({ key, value }) => bucket.put(nameOf(key), value))
    },
    remove: async (keys) => {
      await inParallel(keys, (key) => bucket.remove(nameOf(key)))
    },
    close: async () => {},
  }
}
