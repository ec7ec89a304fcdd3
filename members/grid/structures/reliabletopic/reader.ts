import { EngineError } from '../../../../runtime/errors/index.ts'
import type { Clock } from '../../../../runtime/host/index.ts'
import type { ReadResult, Ringbuffer } from '../ringbuffer/index.ts'
import type { ReliableMessage } from './message.ts'
import type { ReliableSubscription, SequencedMessage } from './proxy.ts'

export interface ListenerOptions {
  /** The first message that it wants: what comes next if not said, the oldest one that there is for 0. */
  readonly initialSequence?: number
  /** Goes on where messages were overwritten before it came to them. */
  readonly isLossTolerant?: boolean
}

export interface TopicSource<T> {
  readonly name: string
  readonly clock: Clock
  readonly ringbuffer: Ringbuffer<ReliableMessage<T>>
  readonly readBatchSize: number
}

type Listener<T> = (message: SequencedMessage<T>) => void

/** After the grid did not answer, until it is asked again. */
const RETRY_MS = 500

/** Reads the messages of a topic, batch by batch, until it is cancelled or must end. */
export const listen = async <T>(
  source: TopicSource<T>,
  listener: Listener<T>,
  { initialSequence, isLossTolerant = false }: ListenerOptions,
): Promise<ReliableSubscription> => {
  const next = (await source.ringbuffer.tailSequence()) + 1
  const first = Math.min(initialSequence ?? next, next)
  const cancellation = new AbortController()
  const { signal } = cancellation
  const ended = readAll(source, listener, { first, isLossTolerant, signal }).then(
    () => undefined,
    (error: unknown) => (signal.aborted ? undefined : error),
  )
  return {
    ended,
    async cancel() {
      cancellation.abort()
      await ended
    },
  }
}

interface Reading {
  readonly first: number
  readonly isLossTolerant: boolean
  readonly signal: AbortSignal
}

const readAll = async <T>(
  source: TopicSource<T>,
  listener: Listener<T>,
  { first, isLossTolerant, signal }: Reading,
): Promise<void> => {
  let sequence = first
  let isFirst = true
  while (!signal.aborted) {
    const read = await readBatch(source, sequence, signal)
    if (read === undefined) continue
    const lost = read.items[0]!.sequence - sequence
    // What was gone before it began is not missed.
    if (lost !== 0 && !isLossTolerant && !(isFirst && lost > 0)) throw missed(source.name, lost)
    isFirst = false
    for (const { sequence, item } of read.items) {
      if (signal.aborted) return
      listener({ ...item, sequence })
    }
    sequence = read.nextSequence
  }
}

const missed = (topic: string, lost: number): EngineError => {
  const what =
    lost > 0
      ? `${lost} messages were overwritten before the listener came to them`
      : 'The grid lost the messages, and counts from the start again'
  return new EngineError('GRD-036', `Reliable topic ${topic}: ${what}`)
}

/** One message or more; undefined when the grid could not be reached just now. */
const readBatch = async <T>(
  { clock, ringbuffer, readBatchSize }: TopicSource<T>,
  sequence: number,
  signal: AbortSignal,
): Promise<ReadResult<ReliableMessage<T>> | undefined> => {
  try {
    return await ringbuffer.readMany(sequence, 1, readBatchSize, { signal })
  } catch (error) {
    if (!(error instanceof EngineError) || error.retry === 'never') throw error
    await clock.sleep(RETRY_MS)
    return undefined
  }
}
