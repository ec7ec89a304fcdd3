/** Where buckets of objects are: S3 and what speaks its protocol. */
export interface ObjectStores {
  open(place: BucketPlace): Bucket
}

export interface BucketPlace {
  /** The URL of the service; undefined for that of Amazon in `region`. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  /** The bucket is part of the host name of the service, not of the path. */
  readonly virtualHosted: boolean
}

/** Failures are EngineErrors HST-008 that name the bucket and the key. */
export interface Bucket {
  /** Whole or not at all; there for every reader when it resolves. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Undefined where nothing is. */
  get(key: string): Promise<Uint8Array | undefined>
  /** All keys that start so, in their order. */
  list(prefix: string): Promise<string[]>
  /** Fine where nothing is. */
  remove(key: string): Promise<void>
}
