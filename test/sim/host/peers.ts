import type { Connection, Host } from '../../../runtime/host/index.ts'
import type { Machine } from './machine.ts'

/** Port of the servers below. */
export const PORT = 7000

/** One side of a connection, with what it received and how it ended. */
export interface Peer {
  readonly connection: Connection
  readonly received: number[]
  /** When each piece came. */
  readonly times: number[]
  closed: boolean
  error: Error | undefined
}

export const watchPeer = (connection: Connection, nowMs: () => number): Peer => {
  const peer: Peer = { connection, received: [], times: [], closed: false, error: undefined }
  connection.handle({
    onData: (bytes) => {
      peer.received.push(...bytes)
      peer.times.push(nowMs())
    },
    onClose: (error) => {
      peer.closed = true
      peer.error = error
    },
  })
  return peer
}

/** A program that accepts connections and keeps what they send. */
export const createServer =
  (accepted: Peer[]) =>
  async (host: Host): Promise<void> => {
    await host.network.listen({ host: '0.0.0.0', port: PORT }, (connection) => {
      accepted.push(watchPeer(connection, () => host.clock.monotonic()))
    })
  }

export const dialPeer = async (from: Machine, to: Machine, timeoutMs = 5000): Promise<Peer> => {
  const { network, clock } = from.host
  const connection = await network.dial({ host: to.name, port: PORT }, timeoutMs)
  return watchPeer(connection, () => clock.monotonic())
}
