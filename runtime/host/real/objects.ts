import { S3Client } from 'bun'
import { EngineError, messageOf } from '../../errors/index.ts'
import type { Bucket, BucketPlace, ObjectStores } from '../objects.ts'

/** As many as S3 lists at once. */
const PAGE_KEYS = 1000

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'NoSuchKey'

const openBucket = (place: BucketPlace): Bucket => {
  const { endpoint, region, bucket, virtualHosted, sessionToken } = place
  const client = new S3Client({
    bucket,
    accessKeyId: place.accessKeyId,
    secretAccessKey: place.secretAccessKey,
    virtualHostedStyle: virtualHosted,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  })
  const asked = async <T>(key: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (thrown) {
      const message = `Using "${key}" in the bucket ${bucket} failed: ${messageOf(thrown)}`
      throw new EngineError('HST-008', message, { retry: 'backoff', cause: thrown })
    }
  }
  return {
    put: (key, bytes) =>
      asked(key, async () => {
        await client.write(key, bytes)
      }),
    get: (key) =>
      asked(key, async () => {
        try {
          return await client.file(key).bytes()
        } catch (thrown) {
          if (isAbsent(thrown)) return undefined
          throw thrown
        }
      }),
    list: (prefix) =>
      asked(prefix, async () => {
        const keys: string[] = []
        for (;;) {
          const startAfter = keys.at(-1)
          const page = await client.list({
            prefix,
            maxKeys: PAGE_KEYS,
            ...(startAfter === undefined ? {} : { startAfter }),
          })
          for (const { key } of page.contents ?? []) keys.push(key)
          if (page.isTruncated !== true) return keys
        }
      }),
    remove: (key) => asked(key, () => client.delete(key)),
  }
}

export const realObjects: ObjectStores = { open: openBucket }
