export {
  DatabaseError,
  type CopyReader,
  type CopyWriter,
  type DatabaseCell,
  type DatabaseColumn,
  type DatabaseConnection,
  type DatabaseFailure,
  type DatabaseFile,
  type DatabaseParameter,
  type DatabaseResult,
  type Databases,
  type DatabaseRow,
  type DatabaseServer,
  type PostgresConnection,
  type SqliteConnection,
  type SqliteStatement,
} from './database.ts'
export type { Disk, DiskEntry, DiskFile, DiskLock, DiskStat } from './disk.ts'
export type { Clock, Environment, Host, Random, Timer } from './host.ts'
export type { Http, HttpRequestInit, HttpServeOptions, HttpServer } from './http.ts'
export type { Memory, MemorySpace } from './memory.ts'
export type { ProcessFacts, ProcessResources } from './process.ts'
export type { Processors, ProcessorTimes } from './processors.ts'
export type { BundleOptions, BundleProblem, BundleResult, Modules } from './modules.ts'
export {
  addressKey,
  type Address,
  type Connection,
  type ConnectionHandlers,
  type DatagramOptions,
  type DatagramSocket,
  type Listener,
  type Network,
  type NetworkInterface,
  type Tls,
} from './network.ts'
export type { Bucket, BucketPlace, ObjectStores } from './objects.ts'
export type { Thread, ThreadOptions, ThreadPort, Threads } from './threads.ts'
export { absolutePath } from './real/paths.ts'
export { createRealHost } from './real/realHost.ts'
export { equalsInConstantTime, hmacSha256, sha256Hex } from './real/digests.ts'
