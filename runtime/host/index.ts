export type { Disk, DiskEntry, DiskFile, DiskStat } from './disk.ts'
export type { Clock, Environment, Host, Http, Random, Timer } from './host.ts'
export type {
  Address,
  Connection,
  ConnectionHandlers,
  DatagramOptions,
  DatagramSocket,
  Listener,
  Network,
} from './network.ts'
export type { Thread, ThreadOptions, ThreadPort, Threads } from './threads.ts'
export { createRealHost } from './real/realHost.ts'
