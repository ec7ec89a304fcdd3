import { joined, type Operation, type Protocol } from './protocol.ts'

export interface Load {
  readonly protocol: Protocol
  /** Of the servers. */
  readonly ports: readonly number[]
  /** Which of them has a key. */
  readonly serverOf: (key: number) => number
  readonly operation: Operation
  readonly connections: number
  /** Requests that a connection has under way at once. */
  readonly pipeline: number
  readonly keyCount: number
  readonly valueBytes: number
  /** Each key once, in order; else keys by chance for `seconds`. */
  readonly isFill: boolean
  readonly seconds: number
}

export interface LoadResult {
  readonly operations: number
  readonly seconds: number
  /** From the write of a batch to its last answer. */
  readonly p50Us: number
  readonly p99Us: number
}

interface Lane {
  readonly batches: readonly Uint8Array[]
  readonly sizes: readonly number[]
  next: number
  missing: number
  sentAtNs: number
  unwritten: Uint8Array | undefined
}

/** Different requests of a connection by chance; more repeat them. */
const REQUESTS_OF_LANE = 2048
const LATENCY_US_MAX = 100_000
const US_OF_NS = 1000

/** The keys of each lane; a lane speaks with the server whose number is its own modulo theirs. */
const keysOfLanes = (load: Load): number[][] => {
  const serverCount = load.ports.length
  const lanes = Array.from({ length: load.connections }, (): number[] => [])
  const lanesOf = load.ports.map((_, server) =>
    lanes.filter((__, lane) => lane % serverCount === server),
  )
  const given = load.ports.map(() => 0)
  const give = (key: number): void => {
    const server = load.serverOf(key)
    const candidates = lanesOf[server]!
    candidates[given[server]! % candidates.length]!.push(key)
    given[server]! += 1
  }
  if (load.isFill) for (let key = 0; key < load.keyCount; key += 1) give(key)
  else {
    while (given.some((count, server) => count < REQUESTS_OF_LANE * lanesOf[server]!.length)) {
      give(Math.floor(Math.random() * load.keyCount))
    }
  }
  return lanes
}

const createLane = (load: Load, keys: readonly number[]): Lane => {
  const value = new TextEncoder().encode('v'.repeat(load.valueBytes))
  const batches: Uint8Array[] = []
  const sizes: number[] = []
  for (let at = 0; at < keys.length; at += load.pipeline) {
    const batch = keys
      .slice(at, at + load.pipeline)
      .map((key, index) => load.protocol.request(load.operation, key, value, index + 1))
    batches.push(joined(batch))
    sizes.push(batch.length)
  }
  return { batches, sizes, next: 0, missing: 0, sentAtNs: 0, unwritten: undefined }
}

interface Run {
  readonly load: Load
  readonly latencies: Int32Array
  operations: number
  open: number
  isOver: boolean
}

/** Sends the next batch of a lane, unless all is done. */
const sendNext = (run: Run, lane: Lane, socket: Pick<Bun.Socket, 'write' | 'end'>): void => {
  if (lane.next === lane.batches.length && !run.load.isFill) lane.next = 0
  const batch = lane.batches[lane.next]
  if (batch === undefined || run.isOver) {
    socket.end()
    return
  }
  lane.missing = lane.sizes[lane.next]!
  lane.next += 1
  lane.sentAtNs = Bun.nanoseconds()
  const written = Math.max(0, socket.write(batch))
  lane.unwritten = written < batch.length ? batch.subarray(written) : undefined
}

const answered = (run: Run, lane: Lane, count: number, socket: Bun.Socket): void => {
  lane.missing -= count
  run.operations += count
  if (lane.missing > 0) return
  const tookUs = Math.floor((Bun.nanoseconds() - lane.sentAtNs) / US_OF_NS)
  run.latencies[Math.min(tookUs, LATENCY_US_MAX - 1)]! += 1
  sendNext(run, lane, socket)
}

const connect = async (run: Run, lane: Lane, port: number, onEnd: (error?: Error) => void) => {
  const { protocol } = run.load
  const counter = protocol.createCounter()
  let greeting: ReturnType<Protocol['greet']> | undefined
  let isGreeted = false
  await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => {
        socket.setNoDelay(true)
        greeting = protocol.greet(socket)
        isGreeted = greeting.start()
        if (isGreeted) sendNext(run, lane, socket)
      },
      data: (socket, bytes) => {
        if (isGreeted) {
          answered(run, lane, counter(bytes), socket)
          return
        }
        isGreeted = greeting!.receive(bytes)
        if (isGreeted) sendNext(run, lane, socket)
      },
      drain: (socket) => {
        if (lane.unwritten === undefined) return
        const written = Math.max(0, socket.write(lane.unwritten))
        const isDone = written === lane.unwritten.length
        lane.unwritten = isDone ? undefined : lane.unwritten.subarray(written)
      },
      close: () => onEnd(),
      error: (_, error) => onEnd(error),
    },
  })
}

const percentile = (latencies: Int32Array, share: number): number => {
  const total = latencies.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (let tookUs = 0; tookUs < latencies.length; tookUs += 1) {
    seen += latencies[tookUs]!
    if (seen >= total * share) return tookUs
  }
  return LATENCY_US_MAX
}

/** Runs a load to its end; rejects when a server refuses a request or closes a connection. */
export const runLoad = async (load: Load): Promise<LoadResult> => {
  const latencies = new Int32Array(LATENCY_US_MAX)
  const run: Run = { load, latencies, operations: 0, open: load.connections, isOver: false }
  const lanes = keysOfLanes(load).map((keys, index) => ({
    port: load.ports[index % load.ports.length]!,
    lane: createLane(load, keys),
  }))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onEnd = (error?: Error): void => {
    run.open -= 1
    if (error !== undefined) reject(error)
    else if (run.open === 0) resolve()
  }
  const startNs = Bun.nanoseconds()
  for (const { lane, port } of lanes) await connect(run, lane, port, onEnd)
  const timer = load.isFill ? undefined : setTimeout(() => (run.isOver = true), load.seconds * 1000)
  await promise
  clearTimeout(timer)
  const seconds = (Bun.nanoseconds() - startNs) / 1e9
  const { operations } = run
  return {
    operations,
    seconds,
    p50Us: percentile(latencies, 0.5),
    p99Us: percentile(latencies, 0.99),
  }
}
