import { EngineError } from '../../../runtime/errors/index.ts'
import type { Address, DatagramOptions, Network } from '../../../runtime/host/index.ts'
import { freePort, type NetworkWorld, type Ports } from './network.ts'
import type { Process } from './process.ts'

/** An open datagram socket. */
export interface DatagramRoom {
  readonly process: Process
  readonly host: string
  readonly group: string | undefined
  readonly onMessage: DatagramOptions['onMessage']
  isOpen: boolean
}

/** The most that UDP over IPv4 carries; larger sends fail and count as lost. */
const DATAGRAM_BYTES_MAX = 65_507

const isGroup = (host: string): boolean => {
  const first = Number(host.split('.')[0])
  return first >= 224 && first <= 239
}

const fly = (
  world: NetworkWorld,
  path: { readonly from: Ports; readonly to: Ports; readonly port: number },
  deliverTo: (room: DatagramRoom) => boolean,
  message: { readonly bytes: Uint8Array; readonly from: Address },
): void => {
  const { from, to, port } = path
  const { links, timeline } = world
  const { random } = timeline
  const conditions = links.conditions(from.index, to.index)
  if (random.chance(conditions.lossRate)) return
  const copies = random.chance(conditions.duplicateRate) ? 2 : 1
  for (let copy = 0; copy < copies; copy += 1) {
    const lateMs = random.chance(conditions.reorderRate)
      ? random.between(0, conditions.reorderMs)
      : 0
    for (const room of to.datagrams.get(port) ?? []) {
      if (!deliverTo(room)) continue
      const plan = {
        process: room.process,
        kind: 'udp',
        peer: from.name,
        size: message.bytes.length,
      }
      timeline.after(links.drawDelay(from.index, to.index) + lateMs, plan, () => {
        if (room.isOpen && !links.isBlocked(from.index, to.index)) {
          room.onMessage(message.bytes.slice(), message.from)
        }
      })
    }
  }
}

const hears = (room: DatagramRoom, host: string): boolean =>
  room.host === '0.0.0.0' ||
  room.host === host ||
  (host !== '127.0.0.1' && room.host !== '127.0.0.1')

const send = (
  world: NetworkWorld,
  ports: Ports,
  options: DatagramOptions,
  message: { readonly bytes: Uint8Array; readonly from: Address },
  to: Address,
): void => {
  if (message.bytes.length > DATAGRAM_BYTES_MAX) return
  if (!isGroup(to.host)) {
    const target = world.find(to.host, ports)
    if (target === undefined) return
    const path = { from: ports, to: target, port: to.port }
    fly(world, path, (room) => hears(room, to.host), message)
    return
  }
  for (const target of world.machines()) {
    if (target === ports && options.multicast?.loopback === false) continue
    const path = { from: ports, to: target, port: to.port }
    fly(world, path, (room) => room.group === to.host, message)
  }
}

const addressInUse = (host: string, port: number): EngineError =>
  new EngineError('HST-006', `Cannot open datagrams on ${host}:${port}: in use`)

/** Datagrams of one process: lost, doubled and overtaken as the links say. */
export const openDatagrams =
  (world: NetworkWorld, ports: Ports, process: Process): Network['openDatagrams'] =>
  async (options) => {
    const { host } = options.address
    const port = options.address.port === 0 ? freePort(ports) : options.address.port
    const rooms = ports.datagrams.get(port) ?? []
    const shares =
      options.multicast !== undefined && rooms.every((room) => room.group !== undefined)
    if (rooms.length > 0 && !shares) throw addressInUse(host, port)
    const room: DatagramRoom = {
      process,
      host,
      group: options.multicast?.group,
      onMessage: options.onMessage,
      isOpen: true,
    }
    const held = { describe: () => `datagram socket on port ${port}` }
    process.held.add(held)
    ports.datagrams.set(port, [...rooms, room])
    const from = { host: host === '0.0.0.0' ? ports.address : host, port }
    return {
      address: { host, port },
      send: (bytes, to) => {
        if (!room.isOpen || !process.isAlive) return
        send(world, ports, options, { bytes: bytes.slice(), from }, to)
      },
      close: () => {
        if (!room.isOpen) return
        room.isOpen = false
        process.held.delete(held)
        const others = (ports.datagrams.get(port) ?? []).filter((other) => other !== room)
        if (others.length === 0) ports.datagrams.delete(port)
        else ports.datagrams.set(port, others)
      },
    }
  }
