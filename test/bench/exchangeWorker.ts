import {
  listenForStreams,
  partitionBatch,
  RingReader,
  RingWriter,
  StreamReader,
  StreamWriter,
  type EdgeReader,
  type EdgeWriter,
} from '../../runtime/exchange/index.ts'
import { createRealHost, type Address } from '../../runtime/host/index.ts'
import {
  ExchangeTarget,
  Loop,
  ReceiverNode,
  type Control,
  type Node,
  type Target,
} from '../../runtime/isolate/index.ts'
import type { Batch } from '../../runtime/rows/index.ts'
import {
  addBatch,
  addChecksum,
  emptyChecksum,
  expectedParts,
  makePool,
  type Checksum,
} from './exchangeRows.ts'

declare const self: Worker

/** What a worker is to do: shuffle by key with all others, or send controls back. */
export type ExchangeWork =
  | {
      readonly kind: 'shuffle'
      readonly instance: number
      readonly batchCount: number
      /** The ring to and from each instance; null for itself. */
      readonly to: readonly (SharedArrayBuffer | null)[]
      readonly from: readonly (SharedArrayBuffer | null)[]
    }
  | {
      /** The same over TCP: answers with the address where it listens. */
      readonly kind: 'shuffleOverTcp'
      readonly instance: number
      readonly batchCount: number
      readonly parallelism: number
    }
  | { readonly kind: 'connect'; readonly addresses: readonly Address[] }
  | { readonly kind: 'go' }
  | { readonly kind: 'echo'; readonly to: SharedArrayBuffer; readonly from: SharedArrayBuffer }

export interface ShuffleResult {
  readonly received: Checksum
  /** What this worker sent to each instance. */
  readonly sent: readonly Checksum[]
}

/** Counts the rows of one instance, from itself and from all others. */
class CountingTarget implements Target {
  readonly sum = emptyChecksum()
  /** Inputs that have not ended. */
  open: number

  constructor(inputCount: number) {
    this.open = inputCount
  }

  acceptBatch(_input: number, batch: Batch): boolean {
    addBatch(this.sum, batch)
    return true
  }

  acceptControl(_input: number, control: Control): boolean {
    if (control.kind === 'end') this.open -= 1
    return true
  }
}

/** Emits the batches of a pool over and over. */
class PoolNode implements Node {
  readonly vertexId = 0
  readonly #pool: readonly Batch[]
  readonly #batchCount: number
  readonly #target: Target
  #sent = 0
  done = false

  constructor(pool: readonly Batch[], batchCount: number, target: Target) {
    this.#pool = pool
    this.#batchCount = batchCount
    this.#target = target
  }

  call(): boolean {
    if (this.done) return false
    for (let count = 0; count < 16; count += 1) {
      if (this.#sent === this.#batchCount) {
        this.done = this.#target.acceptControl(0, { kind: 'end' })
        return this.done
      }
      const batch = this.#pool[this.#sent % this.#pool.length]!
      if (!this.#target.acceptBatch(0, batch)) return count > 0
      this.#sent += 1
    }
    return true
  }

  trigger(): void {}
}

const edgeTarget = (writer: EdgeWriter): Target => ({
  acceptBatch: (_input, batch) => writer.offerBatch(batch),
  acceptControl: (_input, control) => writer.offerControl(control),
})

const nextMessage = async (): Promise<ExchangeWork> => {
  const event = await new Promise((resolve) => {
    self.addEventListener('message', resolve, { once: true })
  })
  return (event as MessageEvent<ExchangeWork>).data
}

/** The edges of one instance; null to itself. */
interface Ends {
  readonly writers: readonly (EdgeWriter | null)[]
  readonly readers: readonly EdgeReader[]
}

const ringEnds = ({ to, from }: ExchangeWork & { kind: 'shuffle' }): Ends => ({
  writers: to.map((ring) => (ring === null ? null : new RingWriter(ring))),
  readers: from.flatMap((ring) => (ring === null ? [] : [new RingReader(ring)])),
})

const host = createRealHost()

const tokenOf = (from: number, to: number): string => `${from}-${to}`.padEnd(32, '0')

const fail = (error: Error): never => {
  throw error
}

const streamEnds = async ({
  instance,
  parallelism,
}: ExchangeWork & { kind: 'shuffleOverTcp' }): Promise<Ends> => {
  const others = Array.from({ length: parallelism }, (_, other) => other).filter(
    (other) => other !== instance,
  )
  const readers = new Map(
    others.map((from) => [tokenOf(from, instance), new StreamReader(fail)] as const),
  )
  const listener = await listenForStreams({ host, bindHost: '127.0.0.1', tls: undefined, readers })
  self.postMessage(listener.address, [])
  const { addresses } = (await nextMessage()) as ExchangeWork & { kind: 'connect' }
  const writers: (EdgeWriter | null)[] = new Array<null>(parallelism).fill(null)
  for (const to of others) {
    const connection = await host.network.dial(addresses[to]!, 1000)
    writers[to] = new StreamWriter({
      clock: host.clock,
      connection,
      token: tokenOf(instance, to),
      fail,
    })
  }
  return { writers, readers: [...readers.values()] }
}

const shuffle = async (
  work: ExchangeWork & { kind: 'shuffle' | 'shuffleOverTcp' },
): Promise<void> => {
  const { instance, batchCount } = work
  const { writers, readers } = work.kind === 'shuffle' ? ringEnds(work) : await streamEnds(work)
  const to = writers
  const pool = makePool(instance)
  const perBatch = pool.map((batch) => expectedParts(batch, to.length))
  self.postMessage('ready', [])
  await nextMessage()
  const counting = new CountingTarget(to.length)
  const exchange = new ExchangeTarget(
    (batch) => partitionBatch(batch, [0], to.length),
    writers.map((writer) => ({
      target: writer === null ? counting : edgeTarget(writer),
      input: 0,
    })),
  )
  const source = new PoolNode(pool, batchCount, exchange)
  const receivers = readers.map(
    (reader) => new ReceiverNode(1, reader, { target: counting, input: 1 }),
  )
  const loop = new Loop({
    nodes: [...receivers, source],
    clock: host.clock,
    onIdle: () => {
      if (source.done && counting.open === 0) loop.stop()
    },
    onSlice: () => {},
  })
  const ends = [...readers, ...writers.filter((writer) => writer !== null)]
  for (const end of ends) end.listen(() => loop.wake())
  await loop.run()
  for (const end of ends) end.close()
  const sent = Array.from(to, emptyChecksum)
  for (const [index, parts] of perBatch.entries()) {
    const times = Math.ceil((batchCount - index) / pool.length)
    for (const [target, part] of parts.entries()) addChecksum(sent[target]!, part, times)
  }
  self.postMessage({ received: counting.sum, sent } satisfies ShuffleResult, [])
}

const echo = ({ to, from }: ExchangeWork & { kind: 'echo' }): void => {
  const writer = new RingWriter(to)
  const reader = new RingReader(from)
  reader.listen(() => {
    for (let item = reader.poll(); item !== null; item = reader.poll()) {
      if (!('rowCount' in item)) writer.offerControl(item)
    }
  })
  self.postMessage('ready', [])
}

/** Not `once`: a thread without a listener ends when it falls asleep on a ring. */
self.addEventListener('message', (event) => {
  const work = (event as MessageEvent<ExchangeWork>).data
  if (work.kind === 'echo') echo(work)
  else if (work.kind === 'shuffle' || work.kind === 'shuffleOverTcp') void shuffle(work)
})
