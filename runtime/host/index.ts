export type { Disk, DiskEntry, DiskFile, DiskStat } from './disk.ts'
export type { Clock, Host, Random, Timer } from './host.ts'
export type {
  Address,
  Connection,
  ConnectionHandlers,
  DatagramOptions,
  DatagramSocket,
  Listener,
  Network,
} from './network.ts'
