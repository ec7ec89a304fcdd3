import { EngineError } from '../../../runtime/errors/index.ts'
import type { Address, Connection, Network } from '../../../runtime/host/index.ts'
import { type DatagramRoom, openDatagrams } from './datagrams.ts'
import type { Process } from './process.ts'
import { createStream, type StreamEnd } from './streams.ts'
import type { StreamWorld } from './streamSide.ts'

/** Where ports that nobody asked for start (IANA, RFC 6335). */
const FIRST_FREE_PORT = 49_152
/** The first wait before a kernel asks again for a connection; it doubles (Linux). */
const ASK_AGAIN_MS = 1000

export interface OpenListener {
  readonly process: Process
  readonly host: string
  readonly onConnection: (connection: Connection) => void
}

/** The ports of one machine. */
export interface Ports {
  readonly index: number
  readonly name: string
  readonly address: string
  readonly listeners: Map<number, OpenListener>
  readonly datagrams: Map<number, DatagramRoom[]>
  nextPort: number
}

export const createPorts = (index: number, name: string, address: string): Ports => ({
  index,
  name,
  address,
  listeners: new Map(),
  datagrams: new Map(),
  nextPort: FIRST_FREE_PORT,
})

export interface NetworkWorld extends StreamWorld {
  /** The machine that `host` (a name, its address or loopback) means to `from`. */
  find(host: string, from: Ports): Ports | undefined
  machines(): readonly Ports[]
  /** What the names that stand for several machines mean. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** Whether a machine has power. */
  isOn(ports: Ports): boolean
}

export const freePort = (ports: Ports): number => {
  ports.nextPort += 1
  return ports.nextPort - 1
}

const listen = (world: NetworkWorld, ports: Ports, process: Process): Network['listen'] => {
  return async (address, onConnection) => {
    const port = address.port === 0 ? freePort(ports) : address.port
    if (ports.listeners.has(port)) {
      throw new EngineError('HST-006', `Cannot listen on ${address.host}:${port}: in use`)
    }
    const isOwn = address.host === '0.0.0.0' || world.find(address.host, ports) === ports
    if (!isOwn) {
      throw new EngineError('HST-006', `Cannot listen on ${address.host}: not an own address`)
    }
    const held = { describe: () => `listener on port ${port}` }
    ports.listeners.set(port, { process, host: address.host, onConnection })
    process.held.add(held)
    return {
      address: { host: address.host, port },
      close: async () => {
        if (!process.held.delete(held)) return
        ports.listeners.delete(port)
      },
    }
  }
}

const unreachable = (address: Address, reason: string): EngineError =>
  new EngineError('HST-005', `Cannot connect to ${address.host}:${address.port}: ${reason}`, {
    retry: 'backoff',
  })

/** A listener on loopback is not reached from another machine. */
const accepts = (listener: OpenListener, target: Ports, from: Ports): boolean =>
  target === from || (listener.host !== '127.0.0.1' && listener.host !== 'localhost')

interface Attempt {
  readonly world: NetworkWorld
  readonly ports: Ports
  readonly process: Process
  readonly address: Address
  readonly settled: PromiseWithResolvers<Connection>
  isOver: boolean
}

const finish = (attempt: Attempt, act: () => void): void => {
  if (attempt.isOver) return
  attempt.isOver = true
  act()
}

const answer = (attempt: Attempt, delayMs: number, kind: string, act: () => void): void => {
  const plan = { process: attempt.process, kind, peer: attempt.address.host }
  attempt.world.timeline.after(delayMs, plan, () => finish(attempt, act))
}

const refuse = (attempt: Attempt, delayMs: number, reason: string): void =>
  answer(attempt, delayMs, 'tcp-refused', () =>
    attempt.settled.reject(unreachable(attempt.address, reason)),
  )

/** The request for a connection reaches the other kernel, or is lost and sent again. */
const ask = (attempt: Attempt, target: Ports, againMs: number): void => {
  const { world, ports, address } = attempt
  const { links, timeline } = world
  const isLost =
    !world.isOn(target) ||
    links.isBlocked(ports.index, target.index) ||
    links.isBlocked(target.index, ports.index)
  if (attempt.isOver) return
  if (isLost) {
    const plan = { kind: 'tcp-ask-again', peer: ports.name }
    timeline.after(againMs, plan, () => ask(attempt, target, againMs * 2))
    return
  }
  const backMs = links.drawDelay(target.index, ports.index)
  const listener = target.listeners.get(address.port)
  if (listener === undefined || !accepts(listener, target, ports)) {
    refuse(attempt, backMs, 'refused')
    return
  }
  answer(attempt, backMs, 'tcp-dialed', () => establish(attempt, target, listener))
}

const establish = (attempt: Attempt, target: Ports, listener: OpenListener): void => {
  const { world, ports, process, address } = attempt
  const { timeline, links } = world
  const isLocal = target === ports && (address.host === '127.0.0.1' || address.host === 'localhost')
  const local = { host: isLocal ? '127.0.0.1' : ports.address, port: freePort(ports) }
  const remote = { host: isLocal ? '127.0.0.1' : target.address, port: address.port }
  const acceptMs = links.drawDelay(ports.index, target.index)
  const stream = createStream(
    world,
    { process, local },
    { process: listener.process, local: remote },
    timeline.nowMs() + acceptMs,
  )
  const plan = { process: listener.process, kind: 'tcp-accepted', peer: ports.name }
  timeline.after(acceptMs, plan, () => {
    if (target.listeners.get(address.port) === listener) {
      listener.onConnection(stream.listener.connection)
    } else stream.listener.connection.destroy()
  })
  attempt.settled.resolve(stream.dialer.connection)
}

const dial = (world: NetworkWorld, ports: Ports, process: Process): Network['dial'] => {
  return (address, timeoutMs) => {
    const { timeline, links } = world
    const settled = Promise.withResolvers<Connection>()
    const attempt: Attempt = { world, ports, process, address, settled, isOver: false }
    const timeout = timeline.after(timeoutMs, { process, kind: 'tcp-timeout' }, () =>
      finish(attempt, () =>
        settled.reject(unreachable(address, `no answer within ${timeoutMs} ms`)),
      ),
    )
    const target = world.find(address.host, ports)
    if (target === undefined) refuse(attempt, 1, 'unknown host')
    else {
      const plan = { kind: 'tcp-ask', peer: ports.name }
      const delayMs = links.drawDelay(ports.index, target.index)
      timeline.after(delayMs, plan, () => ask(attempt, target, ASK_AGAIN_MS))
    }
    return settled.promise.finally(() => timeline.cancel(timeout))
  }
}

/** How long the resolver takes. */
const RESOLVE_MS = 2

const resolve = (world: NetworkWorld, ports: Ports, process: Process): Network['resolve'] => {
  return (name) =>
    new Promise((settle, reject) => {
      world.timeline.after(RESOLVE_MS, { process, kind: 'resolve', peer: name }, () => {
        const found = world.find(name, ports)
        const isOwn = name === 'localhost'
        const address = isOwn ? '127.0.0.1' : found?.address
        const addresses = world.names.get(name) ?? (address === undefined ? [] : [address])
        if (addresses.length > 0) settle([...addresses])
        else reject(new EngineError('HST-005', `No address of "${name}" is known`))
      })
    })
}

/** The network as one process of one machine sees it. */
export const createNetwork = (world: NetworkWorld, ports: Ports, process: Process): Network => ({
  listen: listen(world, ports, process),
  dial: dial(world, ports, process),
  openDatagrams: openDatagrams(world, ports, process),
  resolve: resolve(world, ports, process),
  interfaces: () => [
    { name: 'lo', address: '127.0.0.1', isLoopback: true },
    { name: 'eth0', address: ports.address, isLoopback: false },
  ],
})

/** All streams that a process holds open. */
export const streamsOf = (process: Process): StreamEnd[] =>
  [...process.held].filter((held): held is StreamEnd => 'abandon' in held)
