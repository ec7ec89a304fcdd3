import { createRing, RingReader, RingWriter } from '../../runtime/exchange/index.ts'
import {
  memoryOf,
  prepareBatch,
  readBatch,
  ReceivedTables,
  SentTables,
  writeBatch,
} from '../../runtime/exchange/codec/index.ts'
import type { Address } from '../../runtime/host/index.ts'
import { Emitter, OperatorNode, type Target } from '../../runtime/isolate/index.ts'
import type { Operator } from '../../runtime/operators/index.ts'
import {
  BATCH_ROWS,
  batchOf,
  selectRows,
  type Batch,
  type Float64Vector,
  type Int32Vector,
} from '../../runtime/rows/index.ts'
import { addBatch, addChecksum, emptyChecksum, makePool, type Checksum } from './exchangeRows.ts'
import type { ExchangeWork, ShuffleResult } from './exchangeWorker.ts'
import type { Figure } from './main.ts'

const ROUNDS = 5
const RING_BYTES = 1 << 20
const SHUFFLE_BATCHES = 20_000
const FUSED_BATCHES = 40_000
const CODEC_BATCHES = 20_000
const ROUND_TRIPS = 5000

type Emit = (figure: Figure) => void

/** Rows a second by the clock, and by the processor time of all threads. */
interface Rate {
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** Starts a measurement; the function that it returns ends it. */
const startMeasuring = (): ((rows: number) => Rate) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  return (rows) => {
    const seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    return { perSecond: rows / seconds, perCpuSecond: rows / ((user + system) / 1e6) }
  }
}

/** The speed of edges between operators, in one isolate and between two. */
export const run = async (emit: Emit): Promise<void> => {
  const rates: Rate[] = []
  for (let round = 0; round < ROUNDS; round += 1) rates.push(await shuffleRate(2))
  emit(rateFigure('keyed shuffle, 2 isolates', rates))
  const overTcp: Rate[] = []
  for (let round = 0; round < ROUNDS; round += 1) overTcp.push(await shuffleRate(2, 'tcp'))
  emit(rateFigure('keyed shuffle over TCP, 2 isolates', overTcp))
  emit(rateFigure('fused map and filter', rounds(fusedRate)))
  const codec = rounds(codecRates)
  emit(
    rateFigure(
      'codec encode',
      codec.map(({ encode }) => encode),
    ),
  )
  emit(
    rateFigure(
      'codec decode',
      codec.map(({ decode }) => decode),
    ),
  )
  await emitRoundTrips(emit)
}

const rounds = <Result>(measure: () => Result): Result[] => Array.from({ length: ROUNDS }, measure)

/** The best round is the figure: others on the machine only ever slow a round down. */
const rateFigure = (name: string, rates: readonly Rate[]): Figure => {
  const sorted = rates.toSorted((left, right) => right.perSecond - left.perSecond)
  return {
    bench: 'exchange',
    name,
    value: Math.round(sorted[0]!.perSecond),
    unit: 'rows/s',
    median: Math.round(sorted[sorted.length >> 1]!.perSecond),
    perCpuSecond: Math.round(Math.max(...rates.map((rate) => rate.perCpuSecond))),
    rounds: sorted.length,
    row: 'int, bigint, double, string of 10',
  }
}

const startWorker = (work: ExchangeWork): { worker: Worker; next: () => Promise<unknown> } => {
  const worker = new Worker(new URL('./exchangeWorker.ts', import.meta.url).href)
  const messages: unknown[] = []
  let waiting: ((message: unknown) => void) | null = null
  worker.addEventListener('message', (event) => {
    const { data } = event as MessageEvent<unknown>
    if (waiting === null) messages.push(data)
    else waiting(data)
    waiting = null
  })
  worker.addEventListener('error', (event) => {
    throw new Error(`a worker failed: ${event.message}`)
  })
  worker.postMessage(work, [])
  const next = (): Promise<unknown> =>
    messages.length > 0
      ? Promise.resolve(messages.shift())
      : new Promise((resolve) => {
          waiting = resolve
        })
  return { worker, next }
}

/** Each isolate makes rows, keeps those of its keys and sends the others; rows/s of all together. */
const shuffleRate = async (parallelism: number, way: 'rings' | 'tcp' = 'rings'): Promise<Rate> => {
  const instances = Array.from({ length: parallelism }, (_, instance) => instance)
  const rings = instances.map((from) =>
    instances.map((to) => (from === to ? null : createRing(RING_BYTES))),
  )
  const batchCount = SHUFFLE_BATCHES
  const workers = instances.map((instance) =>
    startWorker(
      way === 'tcp'
        ? { kind: 'shuffleOverTcp', instance, batchCount, parallelism }
        : {
            kind: 'shuffle',
            instance,
            batchCount,
            to: rings[instance]!,
            from: rings.map((row) => row[instance]!),
          },
    ),
  )
  if (way === 'tcp') {
    const addresses = (await Promise.all(workers.map(({ next }) => next()))) as Address[]
    for (const { worker } of workers) {
      worker.postMessage({ kind: 'connect', addresses } satisfies ExchangeWork, [])
    }
  }
  await Promise.all(workers.map(({ next }) => next()))
  const measured = startMeasuring()
  for (const { worker } of workers) worker.postMessage({ kind: 'go' } satisfies ExchangeWork, [])
  const results = (await Promise.all(workers.map(({ next }) => next()))) as ShuffleResult[]
  const rate = measured(parallelism * SHUFFLE_BATCHES * BATCH_ROWS)
  for (const { worker } of workers) worker.terminate()
  for (const instance of instances) {
    const expected = emptyChecksum()
    for (const { sent } of results) addChecksum(expected, sent[instance]!, 1)
    checkSame(results[instance]!.received, expected)
  }
  return rate
}

const checkSame = (actual: Checksum, expected: Checksum): void => {
  if (actual.some((value, index) => value !== expected[index])) {
    throw new Error(`rows were lost or changed: ${actual.join()} instead of ${expected.join()}`)
  }
}

const map: Operator = {
  process: (_input, batch, outbox) => {
    const { values, nulls } = batch.columns[2] as Float64Vector
    const doubled = new Float64Array(batch.rowCount)
    for (let row = 0; row < batch.rowCount; row += 1) doubled[row] = values[row]! * 2 + 1
    const columns = batch.columns.with(2, { kind: 'float64', values: doubled, nulls })
    return outbox.offer(batchOf(batch.table, columns, batch.rowCount, batch.kinds))
  },
}

const keeps = (id: number): boolean => id % 10 < 5

const filter: Operator = {
  process: (_input, batch, outbox) => {
    const { values } = batch.columns[0] as Int32Vector
    const indices = new Int32Array(batch.rowCount)
    let count = 0
    for (let row = 0; row < batch.rowCount; row += 1) {
      if (!keeps(values[row]!)) continue
      indices[count] = row
      count += 1
    }
    return outbox.offer(selectRows(batch, indices, count))
  },
}

const nodeOf = (operator: Operator, target: Target): OperatorNode =>
  new OperatorNode({
    vertexId: 0,
    operator,
    inputCount: 1,
    emitter: new Emitter([{ target, input: 0 }]),
    exactlyOnce: true,
    acknowledge: () => {},
    outlet: {
      hasRoom: true,
      allocate: (bytes) => new Uint8Array(bytes),
      send: () => {},
      flush: () => {},
    },
  })

/** Rows into a map, a filter that lets half of them through, and a target that adds them up. */
const fusedRate = (): Rate => {
  const pool = makePool(1)
  const sum = emptyChecksum()
  const target: Target = {
    acceptBatch: (_input, batch) => {
      addBatch(sum, batch)
      return true
    },
    acceptControl: () => true,
  }
  const first = nodeOf(map, nodeOf(filter, target))
  const measured = startMeasuring()
  for (let count = 0; count < FUSED_BATCHES; count += 1) {
    if (!first.acceptBatch(0, pool[count % pool.length]!)) throw new Error('a batch was refused')
  }
  const rate = measured(FUSED_BATCHES * BATCH_ROWS)
  checkFused(pool, sum)
  return rate
}

const checkFused = (pool: readonly Batch[], sum: Checksum): void => {
  let rows = 0
  let amounts = 0
  for (const [index, batch] of pool.entries()) {
    const times = Math.ceil((FUSED_BATCHES - index) / pool.length)
    for (const [row, id] of (batch.columns[0] as Int32Vector).values.entries()) {
      if (!keeps(id)) continue
      rows += times
      amounts += times * ((batch.columns[2] as Float64Vector).values[row]! * 2 + 1)
    }
  }
  if (sum[0] !== rows || sum[3] !== amounts) throw new Error('rows were lost or changed')
}

const codecRates = (): { encode: Rate; decode: Rate } => {
  const pool = makePool(2)
  const sent = new SentTables()
  const received = new ReceivedTables()
  const { number, text } = sent.announce(pool[0]!.table)
  received.add(number, text)
  const memory = memoryOf(new SharedArrayBuffer(RING_BYTES))
  let sizeBytes = 0
  const encoded = startMeasuring()
  for (let count = 0; count < CODEC_BATCHES; count += 1) {
    const prepared = prepareBatch(pool[count % pool.length]!)
    writeBatch(prepared, number, memory, 0)
    ;({ sizeBytes } = prepared)
  }
  const encode = encoded(CODEC_BATCHES * BATCH_ROWS)
  const decoded = startMeasuring()
  let rows = 0
  for (let count = 0; count < CODEC_BATCHES; count += 1) {
    const { buffer } = memory.bytes.slice(0, sizeBytes)
    rows += readBatch(buffer as ArrayBuffer, received).rowCount
  }
  return { encode, decode: decoded(rows) }
}

/** A control item there and back, with both threads asleep when it comes. */
const emitRoundTrips = async (emit: Emit): Promise<void> => {
  const there = createRing(4096)
  const back = createRing(4096)
  const { worker, next } = startWorker({ kind: 'echo', to: back, from: there })
  await next()
  const writer = new RingWriter(there)
  const reader = new RingReader(back)
  const tripsMs: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  let start = 0
  const send = (): void => {
    start = performance.now()
    writer.offerControl({ kind: 'watermark', timestampMs: tripsMs.length })
  }
  reader.listen(() => {
    if (reader.poll() === null) return
    tripsMs.push(performance.now() - start)
    if (tripsMs.length === ROUND_TRIPS) resolve()
    else send()
  })
  send()
  await promise
  reader.close()
  worker.terminate()
  tripsMs.sort((left, right) => left - right)
  const microseconds = (share: number): number =>
    Math.round(tripsMs[Math.floor(tripsMs.length * share)]! * 1000 * 10) / 10
  emit({
    bench: 'exchange',
    name: 'ring round trip',
    value: microseconds(0.5),
    unit: 'µs',
    p99: microseconds(0.99),
    trips: ROUND_TRIPS,
  })
}
