import { EngineError } from '../../../runtime/errors/index.ts'
import type { Bucket } from '../../../runtime/host/index.ts'
import { concatenated, type Blobs } from './blobs.ts'

/** Objects of a bucket under a prefix, `PREFIX/JOB/NAME`. */
export const bucketBlobs = (bucket: Bucket, prefix: string): Blobs => {
  const keyOf: Blobs['pathOf'] = (folder, name) =>
    [prefix, folder, name].filter((part) => part !== '').join('/')
  return {
    pathOf: keyOf,
    put: (folder, name, pieces) => bucket.put(keyOf(folder, name), concatenated(pieces)),
    get: async (folder, name) => {
      const bytes = await bucket.get(keyOf(folder, name))
      if (bytes !== undefined) return bytes
      throw new EngineError('CKP-005', `The checkpoint ${keyOf(folder, name)} is gone.`)
    },
    list: async (folder) => {
      const start = keyOf(folder, '') + '/'
      return (await bucket.list(start)).map((key) => key.slice(start.length))
    },
    remove: (folder, name) => bucket.remove(keyOf(folder, name)),
  }
}
